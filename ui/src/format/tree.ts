/**
 * A message as a tree: what its BB codes, its quotes and the addresses in it mean. The same rules as
 * `botyard/chat/content/tree.py`; `tests/chat/formatting.json` holds both against each other.
 * Takes time in proportion to the length of the text, whatever the text.
 */

import { bareLinks } from './addresses'
import { made, type Made, PRESSED, single } from './codes'
import type { Node } from './nodes'
import { arranged } from './quotes'
import { nested, pairs, tokens } from './tokens'

/** Characters of a text that is formatted; a longer one is shown as it is written. */
export const LENGTH_MAX = 60_000
/** Codes within one another; of those within more, only what they enclose. */
export const DEPTH_MAX = 16

/** A code that is not closed yet. One without `made` leaves only what it encloses, in the list around it. */
interface OpenTag {
  name: string
  made: Made | undefined
  children: Node[]
}

export function parse(text: string): Node[] {
  if (text.length > LENGTH_MAX) return [text]
  return linked(arranged(inline(text.replaceAll('\r\n', '\n'))))
}

/** The nodes without quotes and addresses. A code that is not closed is text; of one that crosses, its content. */
function inline(text: string): Node[] {
  const cut = tokens(text)
  const paired = pairs(cut)
  const ends = nested(paired)
  const closing = new Set(ends.values())
  const crossing = new Set<number>()
  for (const [begin, end] of paired) if (!ends.has(begin)) crossing.add(begin).add(end)
  const nodes: Node[] = []
  const opened: OpenTag[] = []
  let texts: string[] = []
  let depth = 0
  const around = () => opened.at(-1)?.children ?? nodes
  const flush = (list: Node[]) => {
    if (texts.length) addText(list, texts.join(''))
    texts = []
  }
  cut.forEach((token, index) => {
    if (crossing.has(index)) return
    if (ends.has(index)) {
      const make = depth < DEPTH_MAX && allowed(token.name, opened) ? made(token.name, token.value) : undefined
      if (!make) {
        opened.push({ name: token.name, made: undefined, children: around() })
        return
      }
      depth++
      flush(around())
      opened.push({ name: token.name, made: make, children: [] })
    } else if (closing.has(index)) {
      const tag = opened.pop()!
      if (!tag.made) return
      depth--
      flush(tag.children)
      const node = tag.made(tag.children)
      if (node) around().push(node)
      else for (const child of tag.children) add(around(), child)
    } else {
      const node = single(token)
      if (typeof node === 'string') {
        texts.push(node)
        return
      }
      flush(around())
      around().push(node)
    }
  })
  flush(nodes)
  return nodes
}

/** Nothing that a press does something with lies within another, and no picture within a picture. */
function allowed(name: string, opened: readonly OpenTag[]): boolean {
  if (name !== 'img' && !PRESSED.has(name)) return true
  return !opened.some((tag) => tag.made && (tag.name === 'img' || (name !== 'img' && PRESSED.has(tag.name))))
}

function addText(nodes: Node[], text: string): void {
  text.split('\n').forEach((line, place) => {
    if (place) nodes.push({ type: 'break' })
    if (line) add(nodes, line)
  })
}

/** Add a node; a text behind another is joined to it. */
function add(nodes: Node[], node: Node): void {
  const before = nodes.at(-1)
  if (typeof node === 'string' && typeof before === 'string') nodes[nodes.length - 1] = before + node
  else nodes.push(node)
}

const STYLES = new Set(['bold', 'italic', 'underline', 'strike', 'size', 'color', 'quote'])

/** The nodes with the addresses in their texts as links. */
function linked(nodes: Node[]): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (typeof node === 'string') return withLinks(node)
    if (STYLES.has(node.type) && 'children' in node) return [{ ...node, children: linked(node.children) }]
    return [node]
  })
}

function withLinks(text: string): Node[] {
  if (!text.includes(':')) return [text]
  const nodes: Node[] = []
  let done = 0
  for (const [begin, end] of bareLinks(text)) {
    if (done < begin) nodes.push(text.slice(done, begin))
    const url = text.slice(begin, end)
    nodes.push({ type: 'link', url, children: [url] })
    done = end
  }
  if (done < text.length) nodes.push(text.slice(done))
  return nodes
}
