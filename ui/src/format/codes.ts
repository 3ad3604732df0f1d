/** What each code becomes once its content is known: as `botyard/chat/content/tree.py` has it. */

import { address, pictureAddress, trimmed } from './addresses'
import type { Image, Node, Style } from './nodes'
import type { Token } from './tokens'

/** Makes the node of what a code encloses; nothing where only the content remains. */
export type Made = (children: Node[]) => Node | undefined

/** What a press does something with; none lies within another. */
export const PRESSED: ReadonlySet<string> = new Set(['url', 'user', 'chat', 'context', 'send', 'put', 'call'])

const STYLES: Record<string, Style['type']> = { b: 'bold', i: 'italic', u: 'underline', s: 'strike' }
const SIZE_MIN = 8
const SIZE_MAX = 30
const ICON_SIZE = 20
const ICON_MIN = 8
const ICON_MAX = 100
// Ids that JavaScript holds exactly.
const ID = '[1-9][0-9]{0,14}'
const USER = new RegExp(`^(?:(${ID})|all)( +replace)?$`, 'i')
const CHAT = new RegExp(`^(?:(?:chat)?(${ID})|((?:sg|imol\\|)${ID}))$`, 'i')
const CONTEXT = new RegExp(`^((?:chat|sg)?${ID})/(${ID})$`, 'i')
const DISK = new RegExp(`^${ID}$`)
const SIZE = /^([0-9]{1,4})(?:px)?$/i
const COLOR = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i
const PHONE = /^[+0-9*#][0-9 ()*#.-]{1,31}$/
const IMAGE = /^size=(small|medium|large)$/i
const ICON_FIELD = / (size|width|height|title)=/i
const TIMESTAMP = /^([0-9]{1,11})(?: +format=([a-z_]{1,40}))?$/i
const TIME_FORMAT = 'FORMAT_DATETIME'

/** What becomes of a code; nothing for one that means nothing with this value. */
export function made(name: string, written: string): Made | undefined {
  const value = trimmed(written)
  const style = STYLES[name]
  if (style) return (children) => (children.length ? { type: style, children } : undefined)
  return MAKERS[name]?.(value)
}

const MAKERS: Record<string, (value: string) => Made | undefined> = {
  code: () => (children) => {
    const text = withoutBreaks(children.map((child) => (typeof child === 'string' ? child : '\n')).join(''))
    return text ? { type: 'code', text, block: text.includes('\n') } : undefined
  },
  size: (value) => {
    const size = within(SIZE.exec(value)?.[1], SIZE_MIN, SIZE_MAX)
    return size ? (children) => (children.length ? { type: 'size', size, children } : undefined) : undefined
  },
  color: (value) => {
    const hex = COLOR.exec(value)?.[1]?.toLowerCase()
    return hex ? (children) => (children.length ? { type: 'color', color: `#${hex}`, children } : undefined) : undefined
  },
  url: (value) => {
    if (value && !address(value)) return undefined
    return (children) => {
      const url = address(value || words(children))
      return url ? { type: 'link', url, children: children.length ? children : [url] } : undefined
    }
  },
  user: (value) => {
    const match = USER.exec(value)
    if (!match) return undefined
    const id = match[1] ? Number(match[1]) : 'all'
    return (children) => (match[2] ? { type: 'user', id, replace: true, children } : { type: 'user', id, children })
  },
  chat: (value) => {
    const match = CHAT.exec(value)
    if (!match) return undefined
    const dialog = match[1] ? `chat${match[1]}` : match[2]!.toLowerCase()
    return (children) => ({ type: 'chat', dialog, children })
  },
  context: (value) => {
    const match = CONTEXT.exec(value)
    if (!match) return undefined
    const [dialog, message] = [match[1]!.toLowerCase(), Number(match[2])]
    return (children) => ({ type: 'context', dialog, message, children })
  },
  send: (value) => action('send', value),
  put: (value) => action('put', value),
  call: (value) => (children) => {
    const number = value || trimmed(words(children))
    return PHONE.test(number) ? { type: 'call', number, children: children.length ? children : [number] } : undefined
  },
  img: (value) => {
    // "The size parameter is required": one that is missing or unknown is taken for the middle one.
    const size = (IMAGE.exec(value)?.[1]?.toLowerCase() ?? 'medium') as Image['size']
    return (children) => {
      const url = pictureAddress(words(children))
      return url ? { type: 'image', url, size } : undefined
    }
  },
}

function action(type: 'send' | 'put', value: string): Made {
  return (children) => {
    const text = value || trimmed(words(children))
    return text ? { type, text, children: children.length ? children : [text] } : undefined
  }
}

/** A text, or a code that encloses nothing; one that cannot be understood is text, as it is written. */
export function single({ raw, name, value }: Token): Node {
  if (name === 'br') return '\n'
  if (name === 'icon') return icon(value) ?? raw
  if (name === 'timestamp') {
    const match = TIMESTAMP.exec(trimmed(value))
    return match ? { type: 'timestamp', time: Number(match[1]), format: (match[2] ?? TIME_FORMAT).toUpperCase() } : raw
  }
  if (name === 'disk') return DISK.test(trimmed(value)) ? { type: 'disk', id: Number(trimmed(value)) } : raw
  return raw
}

function icon(value: string): Node | undefined {
  const [first, ...rest] = value.split(ICON_FIELD)
  const fields = new Map<string, string>()
  for (let place = 0; place + 1 < rest.length; place += 2) fields.set(rest[place]!.toLowerCase(), trimmed(rest[place + 1]!))
  const url = pictureAddress(trimmed(first!).split(' ')[0]!)
  const side = fields.get('size') || fields.get('width') || fields.get('height') || ''
  const size = within(SIZE.exec(side)?.[1], ICON_MIN, ICON_MAX) ?? ICON_SIZE
  return url ? { type: 'icon', url, size, title: fields.get('title') ?? '' } : undefined
}

function within(digits: string | undefined, least: number, most: number): number | undefined {
  return digits === undefined ? undefined : Math.min(Math.max(Number(digits), least), most)
}

function withoutBreaks(text: string): string {
  let begin = 0
  let end = text.length
  while (text[begin] === '\n') begin++
  while (end > begin && text[end - 1] === '\n') end--
  return text.slice(begin, end)
}

/** The words of nodes, a break as a line break. */
export function words(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (typeof node === 'string') return node
      if (node.type === 'break') return '\n'
      if (node.type === 'code') return node.text
      return 'children' in node ? words(node.children) : ''
    })
    .join('')
}
