/** Colours that people choose, made readable. Colours are `#rgb` or `#rrggbb`. */

type Channels = [number, number, number]

/** What messages stand on, by theme: bubbles, own bubbles, surfaces and raised parts of style.css. */
export const GROUNDS = {
  light: ['#ffffff', '#dcf5d8', '#f5f7fc'],
  dark: ['#212838', '#1f4436', '#181d2b', '#1f2536'],
} as const
/** What WCAG asks of text. */
export const ENOUGH = 4.5

export function isColor(text: unknown): text is string {
  return typeof text === 'string' && /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(text)
}

function channels(color: string): Channels {
  const digits = color.length === 4 ? [...color.slice(1)].map((digit) => digit + digit) : color.slice(1).match(/../g)!
  return digits.map((pair) => parseInt(pair, 16)) as Channels
}

function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((channel) => {
    const part = channel / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as Channels
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** Black or white, whichever is read better on a colour. */
export function textOn(ground: string): string {
  return contrast('#000000', ground) > contrast('#ffffff', ground) ? '#000000' : '#ffffff'
}

function mixed(color: string, target: string, share: number): string {
  const [from, to] = [channels(color), channels(target)]
  return '#' + from.map((channel, at) => Math.round(channel + (to[at]! - channel) * share).toString(16).padStart(2, '0')).join('')
}

/** A colour as near to the one asked for as can be read on all these grounds. */
export function readableOn(color: string, grounds: readonly string[]): string {
  const target = luminance(grounds[0]!) > 0.18 ? '#000000' : '#ffffff'
  for (let step = 0; step < 20; step++) {
    const candidate = mixed(color, target, step / 20)
    if (grounds.every((ground) => contrast(candidate, ground) >= ENOUGH)) return candidate
  }
  return target
}

/** The style of text in a colour of somebody's choice; it goes with the class `INK`. */
export function inkOf(color: string): Record<string, string> {
  return { '--ink': readableOn(color, GROUNDS.light), '--ink-dark': readableOn(color, GROUNDS.dark) }
}

export const INK = 'text-(color:--ink) dark:text-(color:--ink-dark)'
