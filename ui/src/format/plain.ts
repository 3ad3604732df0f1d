/** A message in one line, for lists of chats, notifications and quotes. `botyard/chat/content/plain_text.py` is the same. */

import type { Node, Timestamp } from './nodes'
import { parse } from './tree'

/** What depends on who reads: names of today, the words of a language, a time zone. */
export interface Reading {
  userName?: (id: number) => string | undefined
  chatTitle?: (dialog: string) => string | undefined
  file?: string
  moment?: (node: Timestamp) => string
}

/**
 * The words of a message without codes, a line break as a blank. A whole message that is quoted is left out where
 * whoever quotes it says something too.
 */
export function plain(text: string, reading: Reading = {}): string {
  if (!text.includes('[') && !text.includes('>>') && !text.includes('------')) return oneLine(text)
  const nodes = parse(text)
  const own = nodes.filter((node) => typeof node === 'string' || node.type !== 'quote' || !node.author)
  return oneLine(words(own, reading)) || oneLine(words(nodes, reading))
}

// What Python calls a blank; JavaScript leaves some of it out.
const BLANKS = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/

function oneLine(text: string): string {
  return text.split(BLANKS).filter(Boolean).join(' ')
}

function words(nodes: readonly Node[], reading: Reading): string {
  return nodes.map((node) => word(node, reading)).join('')
}

function word(node: Node, reading: Reading): string {
  if (typeof node === 'string') return node
  switch (node.type) {
    case 'break':
      return ' '
    case 'code':
      return node.block ? ` ${node.text} ` : node.text
    case 'image':
      return ` ${node.url} `
    case 'icon':
      return node.title
    case 'disk':
      return reading.file ?? '[File]'
    case 'timestamp':
      return (reading.moment ?? moment)(node)
    case 'quote':
      return ` ${words(node.children, reading)} `
    case 'user':
      return (needsName(node) && node.id !== 'all' && reading.userName?.(node.id)) || words(node.children, reading)
    case 'chat':
      return (!node.children.length && reading.chatTitle?.(node.dialog)) || words(node.children, reading)
    default:
      return words(node.children, reading)
  }
}

function needsName(node: { replace?: true; children: Node[] }): boolean {
  return node.replace === true || !node.children.length
}

/** When a timestamp is, for readers whose time zone is not known. */
function moment(node: Timestamp): string {
  return `${new Date(node.time * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
