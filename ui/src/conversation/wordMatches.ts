/** Where words of a text begin with the words that are looked for, whatever the case and the accents. */
function fold(text: string): string {
  // Letter by letter, so that places in the folded text are places in the text.
  return [...text].map((letter) => {
    const plain = letter.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
    return plain.length === letter.length ? plain : letter
  }).join('')
}

export function wordMatches(text: string, phrase: string): [from: number, to: number][] {
  const words = fold(phrase).split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  if (!words.length) return []
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).sort((one, other) => other.length - one.length)
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})`, 'gu')
  return [...fold(text).matchAll(pattern)].map((match) => [match.index, match.index + match[0].length])
}
