/** Dates in a message, in the reader's time zone and language. The names of formats are the portal's. */
import { language } from '@/language'
import type { Timestamp } from './nodes'

type Options = Intl.DateTimeFormatOptions
const DAY: Options = { day: 'numeric' }
const YEAR: Options = { year: 'numeric' }

const FORMATS = new Map<string, Options>([
  ['FORMAT_DATE', { day: '2-digit', month: '2-digit', ...YEAR }],
  ['FORMAT_DATETIME', { dateStyle: 'medium', timeStyle: 'short' }],
  ['SHORT_DATE_FORMAT', { day: '2-digit', month: '2-digit', ...YEAR }],
  ['MEDIUM_DATE_FORMAT', { ...DAY, month: 'short', ...YEAR }],
  ['LONG_DATE_FORMAT', { ...DAY, month: 'long', ...YEAR }],
  ['FULL_DATE_FORMAT', { weekday: 'long', ...DAY, month: 'long', ...YEAR }],
  ['DAY_MONTH_FORMAT', { ...DAY, month: 'long' }],
  ['DAY_SHORT_MONTH_FORMAT', { ...DAY, month: 'short' }],
  ['DAY_OF_WEEK_MONTH_FORMAT', { weekday: 'long', ...DAY, month: 'long' }],
  ['SHORT_DAY_OF_WEEK_MONTH_FORMAT', { weekday: 'short', ...DAY, month: 'long' }],
  ['SHORT_DAY_OF_WEEK_SHORT_MONTH_FORMAT', { weekday: 'short', ...DAY, month: 'short' }],
  ['SHORT_TIME_FORMAT', { hour: '2-digit', minute: '2-digit' }],
  ['LONG_TIME_FORMAT', { hour: '2-digit', minute: '2-digit', second: '2-digit' }],
])

export function moment({ time, format }: Timestamp): string {
  const options = FORMATS.get(format) ?? FORMATS.get('FORMAT_DATETIME')
  return new Intl.DateTimeFormat(language.value, options).format(time * 1000)
}

/** The whole date, for tooltips. */
export function wholeMoment({ time }: Timestamp): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'full', timeStyle: 'medium' }).format(time * 1000)
}
