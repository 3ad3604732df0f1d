/** How big a file is, as people write it. */
import { language } from '@/language'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

export function fileSize(bytes: number): string {
  let value = bytes
  let at = 0
  while (value >= 1000 && at < UNITS.length - 1) {
    value /= 1024
    at++
  }
  return new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit: UNITS[at] ?? 'byte',
    unitDisplay: at ? 'short' : 'long',
    maximumFractionDigits: value < 10 && at ? 1 : 0,
  }).format(value)
}
