/**
 * Quotes in a text: lines that begin with `>>`, and what stands between two lines of dashes, as
 * `botyard/chat/content/quotes.py`.
 */

import type { Node, Quote } from './nodes'

type Line = Node[]
type Item = { line: Line } | { quote: Quote }

const MARK = '>>'
const FENCE = /^-{6,} *$/
// "Ann Smith [28.11.2026 12:30] #chat7/42": who wrote what is quoted, when, and which message it was.
const HEADER = /^([^\n]{1,120}?) ?\[([^[\]]{1,60})\](?: #((?:chat|sg)?[1-9][0-9]{0,14})\/([1-9][0-9]{0,14}))?$/i

/** The line of dashes that people's messengers write around a message they quote. */
export const FENCE_LINE = '-'.repeat(54)

/**
 * The nodes of a text with its quotes put together, and blocks of code on lines of their own marked as blocks.
 * There is no break beside a block: it begins and ends a line anyway.
 */
export function arranged(nodes: readonly Node[]): Node[] {
  const lines = cut(nodes)
  const fences = lines.flatMap((line, place) => (isFence(line) ? [place] : []))
  const items: Item[] = []
  let done = 0
  for (let pair = 0; pair + 1 < fences.length; pair += 2) {
    const [begin, end] = [fences[pair]!, fences[pair + 1]!]
    for (const item of withMarks(lines.slice(done, begin))) items.push(item)
    items.push({ quote: fenced(lines.slice(begin + 1, end)) })
    done = end + 1
  }
  for (const item of withMarks(lines.slice(done))) items.push(item)
  return joined(items)
}

function cut(nodes: readonly Node[]): Line[] {
  const lines: Line[] = [[]]
  for (const node of nodes) {
    if (typeof node !== 'string' && node.type === 'break') lines.push([])
    else lines.at(-1)!.push(node)
  }
  return lines
}

function isFence(line: Line): boolean {
  return line.length === 1 && typeof line[0] === 'string' && FENCE.test(line[0])
}

function fenced(lines: Line[]): Quote {
  const header = lines[0]?.length === 1 ? lines[0][0] : undefined
  const match = typeof header === 'string' ? HEADER.exec(header) : null
  const children = joined(withMarks(match ? lines.slice(1) : lines))
  if (!match) return { type: 'quote', children }
  const [, author, date, dialog, message] = match
  const quote: Quote = { type: 'quote', author: withoutBlanks(author!), date, children }
  if (dialog) Object.assign(quote, { dialog: dialog.toLowerCase(), message: Number(message) })
  // A name of nothing but blanks is none.
  if (!quote.author) delete quote.author
  return quote
}

function withoutBlanks(name: string): string {
  return name.replace(/^ +/, '').replace(/ +$/, '')
}

/** Lines, those that are marked and follow one another as one quote. */
function withMarks(lines: Line[]): Item[] {
  const items: Item[] = []
  let marked: Item[] = []
  const close = () => {
    if (marked.length) items.push({ quote: { type: 'quote', children: joined(marked) } })
    marked = []
  }
  for (const line of lines) {
    const first = line[0]
    if (typeof first === 'string' && first.startsWith(MARK)) {
      const rest = first.slice(MARK.length).replace(/^ +/, '')
      marked.push({ line: rest ? [rest, ...line.slice(1)] : line.slice(1) })
    } else {
      close()
      items.push({ line })
    }
  }
  close()
  return items
}

function joined(items: Item[]): Node[] {
  const nodes: Node[] = []
  let afterLine = false
  for (const item of items) {
    if ('quote' in item) {
      nodes.push(item.quote)
      afterLine = false
      continue
    }
    const only = item.line.length === 1 ? item.line[0] : undefined
    if (only !== undefined && typeof only !== 'string' && only.type === 'code') {
      nodes.push({ ...only, block: true })
      afterLine = false
      continue
    }
    if (afterLine) nodes.push({ type: 'break' })
    for (const node of item.line) nodes.push(node)
    afterLine = true
  }
  return nodes
}
