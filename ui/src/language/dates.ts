/** Dates and times as people say them. */
import { language, t } from './index'

/** The language as the person's own region writes it: English of Britain has other dates than that of America. */
export function region(): string {
  return navigator.languages.find((name) => name.slice(0, 2) === language.value) ?? language.value
}

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = region() + JSON.stringify(options)
  let known = formats.get(key)
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat(region(), options)))
  return known
}
const formats = new Map<string, Intl.DateTimeFormat>()

function dayStart(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** Days between the day of a date and today. */
function daysAgo(date: Date): number {
  return Math.round((dayStart(new Date()) - dayStart(date)) / 86_400_000)
}

export function time(text: string): string {
  return format({ hour: '2-digit', minute: '2-digit' }).format(new Date(text))
}

/** The day of a message, for the chips between days. */
export function day(text: string): string {
  const date = new Date(text)
  const ago = daysAgo(date)
  if (ago === 0) return t('conversation.today')
  if (ago === 1) return t('conversation.yesterday')
  const thisYear = date.getFullYear() === new Date().getFullYear()
  return format({ weekday: 'long', day: 'numeric', month: 'long', ...(thisYear ? {} : { year: 'numeric' }) }).format(date)
}

/** A time today, a weekday of this week, or a date: for lists. */
export function short(text: string): string {
  const date = new Date(text)
  const ago = daysAgo(date)
  if (ago <= 0) return time(text)
  if (ago < 7) return format({ weekday: 'short' }).format(date)
  return format({ day: 'numeric', month: 'numeric', year: '2-digit' }).format(date)
}

/** Day and time, for tooltips. */
export function full(text: string): string {
  return format({ dateStyle: 'long', timeStyle: 'short' }).format(new Date(text))
}

/** The key of a day, to see where a new one begins. */
export function dayKey(text: string): number {
  return dayStart(new Date(text))
}
