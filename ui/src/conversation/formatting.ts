/** Codes around what is selected in the field. */
export type Format = 'B' | 'I' | 'U' | 'S' | 'CODE' | 'QUOTE'

export interface Selected {
  text: string
  start: number
  end: number
}

/** The text with a code set around the selection, or taken away where it stands there; the words stay selected. */
export function format({ text, start, end }: Selected, kind: Format): Selected {
  if (kind === 'QUOTE') return quote({ text, start, end })
  const [open, close] = [`[${kind}]`, `[/${kind}]`]
  const before = text.slice(0, start)
  const within = text.slice(start, end)
  const after = text.slice(end)
  if (before.toUpperCase().endsWith(open) && after.toUpperCase().startsWith(close)) {
    return { text: before.slice(0, -open.length) + within + after.slice(close.length), start: start - open.length, end: end - open.length }
  }
  if (within.toUpperCase().startsWith(open) && within.toUpperCase().endsWith(close) && within.length >= open.length + close.length) {
    const inner = within.slice(open.length, -close.length)
    return { text: before + inner + after, start, end: start + inner.length }
  }
  return { text: before + open + within + close + after, start: start + open.length, end: end + open.length }
}

/** `>>` before each of the lines that the selection touches, or away where all have it. */
function quote({ text, start, end }: Selected): Selected {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const next = text.indexOf('\n', end)
  const to = next < 0 ? text.length : next
  const lines = text.slice(from, to).split('\n')
  const quoted = lines.every((line) => line.startsWith('>>'))
  const changed = lines.map((line) => (quoted ? line.slice(2) : `>>${line}`)).join('\n')
  return { text: text.slice(0, from) + changed + text.slice(to), start: from, end: from + changed.length }
}

/** A link on the selection. */
export function link({ text, start, end }: Selected, address: string): Selected {
  const words = text.slice(start, end) || address
  const code = `[URL=${address.replace(/[[\]\s]/g, (sign) => encodeURIComponent(sign))}]${words}[/URL]`
  return { text: text.slice(0, start) + code + text.slice(end), start: start + code.length, end: start + code.length }
}
