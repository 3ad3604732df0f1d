/** Reads values of what bots attach to messages: the portal keeps them in one shape, older messages may differ. */
import { pictureAddress } from '@/format/addresses'
import { isColor } from '@/format/contrast'

export type Fields = Record<string, unknown>
export type ColorToken = 'primary' | 'secondary' | 'alert' | 'base'

/** An object with upper-case names; nothing for what is none. */
export function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name.toUpperCase(), held]))
}

/** A list, or what an object with numbers for names holds, or one bare object. */
export function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null) return []
  const names = Object.keys(value)
  return names.length && names.every((name) => /^\d+$/.test(name)) ? Object.values(value) : [value]
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A positive whole number, else 0. */
export function whole(value: unknown): number {
  const number = Number.parseInt(text(value), 10)
  return number > 0 && Number.isSafeInteger(number) ? number : 0
}

export function flag(value: unknown): boolean {
  return value === true || value === 'Y' || value === 'y'
}

/** An address that is safe to follow; of the schemes only http and https, and paths of the portal. */
export function link(value: unknown): string {
  return pictureAddress(text(value))
}


export function color(value: unknown): string {
  return isColor(value) ? value : ''
}

export function token(value: unknown): ColorToken | '' {
  const name = text(value).toLowerCase()
  return name === 'primary' || name === 'secondary' || name === 'alert' || name === 'base' ? name : ''
}
