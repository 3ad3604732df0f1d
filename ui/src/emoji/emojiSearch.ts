/** Finds emoji by their words. */

/** An emoji as the list has it. */
export interface Listed {
  emoji: string
  annotation: string
  tags?: string[]
  shortcodes?: string[]
  emoticon?: string | string[]
  group: number
  order: number
  version: number
  skins?: { emoji: string; tone: number | number[] }[]
}

export interface Emoji {
  emoji: string
  name: string
  group: number
  /** The same in each of five tones of skin, lightest first; none for what has no skin. */
  tones: string[]
  words: string[]
  emoticons: string[]
}

// What browsers of the last years can show; newer ones would be empty boxes.
const NEWEST = 15
// Parts of others, such as tones.
const COMPONENTS = 2

export function indexed(list: readonly Listed[]): Emoji[] {
  return list
    .filter(({ group, version }) => group !== COMPONENTS && version <= NEWEST)
    .sort((a, b) => a.order - b.order)
    .map(({ emoji, annotation, tags = [], shortcodes = [], emoticon = [], group, skins = [] }) => ({
      emoji,
      name: annotation,
      group,
      tones: [1, 2, 3, 4, 5].flatMap((tone) => skins.find((skin) => skin.tone === tone)?.emoji ?? []),
      words: [annotation, ...tags, ...shortcodes].flatMap(wordsOf),
      emoticons: [emoticon].flat(),
    }))
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}+]+/u).filter(Boolean)
}

/** Emoji of which each word of the query begins a word; those whose own name does come first. */
export function find(all: readonly Emoji[], query: string): Emoji[] {
  const trimmed = query.trim()
  const wanted = wordsOf(trimmed)
  const exact = all.filter(({ emoji, emoticons }) => emoji === trimmed || emoticons.includes(trimmed))
  if (!wanted.length) return exact
  const fitting = all.filter(({ words }) => wanted.every((part) => words.some((word) => word.startsWith(part))))
  const named = fitting.filter(({ name }) => wordsOf(name)[0]?.startsWith(wanted[0]!))
  return [...new Set([...exact, ...named, ...fitting])]
}
