/** Whether a text is a few emoji and nothing else: these are shown large. */
import type { Node } from './nodes'

const ONE =
  '(?:\\p{RI}\\p{RI}|[0-9#*]\\ufe0f\\u20e3|(?:\\p{Emoji_Presentation}|\\p{Extended_Pictographic}\\ufe0f|\\p{Emoji}\\p{EMod})\\p{EMod}?' +
  '(?:[\\u{e0020}-\\u{e007e}]+\\u{e007f})?(?:\\u200d\\p{Extended_Pictographic}\\ufe0f?\\p{EMod}?)*)'
const FEW = new RegExp(`^ *(?:${ONE} *){1,3}$`, 'u')
// Three families of seven, with tones.
const LONGEST = 120

export function emojiOnly(nodes: readonly Node[]): boolean {
  const [only] = nodes
  return nodes.length === 1 && typeof only === 'string' && only.length <= LONGEST && FEW.test(only)
}
