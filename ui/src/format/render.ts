/** Nodes of a text as elements of the page. Nothing of a message is ever read as HTML. */
import { h, type VNodeChild } from 'vue'
import { t } from '@/language'
import type { Act } from './acts'
import { isLocal } from './addresses'
import CodeBlock from './CodeBlock.vue'
import { INK, inkOf } from './contrast'
import { moment, wholeMoment } from './moments'
import type { Node, Pressed, Quote } from './nodes'
import Picture from './Picture.vue'
import type { Reader } from './reader'

export interface Rendering {
  reader: Reader
  act: (act: Act) => void
}

const ELEMENTS = { bold: 'strong', italic: 'em', underline: 'u', strike: 's' } as const
const LINK = 'text-accent-text underline decoration-current/40 underline-offset-2 hover:decoration-current'
const BUTTON = 'inline text-start text-accent-text hover:underline'
const MENTION = `${BUTTON} font-medium`

/** `pressed` nodes stand within something that is pressed already. */
export function rendered(nodes: readonly Node[], by: Rendering, pressed = false): VNodeChild[] {
  return nodes.map((node) => element(node, by, pressed))
}

function element(node: Node, by: Rendering, pressed: boolean): VNodeChild {
  if (typeof node === 'string') return node
  switch (node.type) {
    case 'break':
      return h('br')
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike':
      return h(ELEMENTS[node.type], rendered(node.children, by, pressed))
    case 'size':
      return h('span', { style: { fontSize: `${node.size / 16}rem`, lineHeight: 1.3 } }, rendered(node.children, by, pressed))
    case 'color':
      return h('span', { class: INK, style: inkOf(node.color) }, rendered(node.children, by, pressed))
    case 'code':
      if (node.block && !pressed) return h(CodeBlock, { text: node.text })
      return h('code', { class: 'rounded bg-text/8 px-1 py-0.5 font-mono text-[0.92em]', dir: 'ltr' }, node.text)
    case 'image':
      return h(Picture, { url: node.url, box: node.size, still: pressed, onAct: by.act })
    case 'icon':
      return h(Picture, { url: node.url, box: 'icon', side: node.size, name: node.title, still: true })
    case 'timestamp':
      return h('time', { datetime: new Date(node.time * 1000).toISOString(), title: wholeMoment(node) }, moment(node))
    case 'disk':
      return button(t('format.file', { name: `#${node.id}` }), { kind: 'file', id: node.id }, by, pressed)
    case 'quote':
      return quote(node, by)
    default:
      return press(node, by)
  }
}

/** What a press does something with. */
function press(node: Pressed, by: Rendering): VNodeChild {
  const inside = rendered(node.children, by, true)
  switch (node.type) {
    case 'link':
      return link(node.url, inside, by)
    case 'user':
      return mention(node.id, named(node, by) || inside, by)
    case 'chat':
      return button(node.children.length ? inside : by.reader.chatTitle(node.dialog) || node.dialog, { kind: 'chat', dialog: node.dialog }, by)
    case 'context':
      return button(inside.length ? inside : `${node.dialog}/${node.message}`, { kind: 'message', dialog: node.dialog, message: node.message }, by)
    case 'call':
      // Leads to the telephone by itself.
      return h('a', { href: `tel:${node.number.replace(/[^+0-9*#]/g, '')}`, class: LINK, onClick: () => by.act({ kind: 'call', number: node.number }) }, inside)
    default:
      return button(inside, { kind: node.type, text: node.text }, by)
  }
}

function named(node: { id: number | 'all'; replace?: true; children: Node[] }, by: Rendering): string {
  if (node.id === 'all' || (node.children.length && !node.replace)) return ''
  return by.reader.userName(node.id) || (node.children.length ? '' : `#${node.id}`)
}

function mention(id: number | 'all', inside: VNodeChild, by: Rendering): VNodeChild {
  const mine = id === 'all' || id === by.reader.me
  const look = [MENTION, mine && 'rounded bg-mark px-0.5 text-text']
  if (id === 'all') return h('span', { class: ['font-medium', ...look.slice(1)] }, [inside])
  return h('button', { type: 'button', class: look, onClick: () => by.act({ kind: 'user', id }) }, [inside])
}

export function link(url: string, inside: VNodeChild, by: Rendering): VNodeChild {
  const elsewhere = isLocal(url) ? {} : { target: '_blank', rel: 'noopener noreferrer' }
  return h('a', { href: url, class: LINK, ...elsewhere, onClick: (event: MouseEvent) => by.act({ kind: 'link', url, event }) }, [inside])
}

function button(inside: VNodeChild, act: Act, by: Rendering, pressed = false): VNodeChild {
  if (pressed) return h('span', [inside])
  return h('button', { type: 'button', class: BUTTON, onClick: () => by.act(act) }, [inside])
}

function quote(node: Quote, by: Rendering): VNodeChild {
  const { author, date, dialog, message } = node
  const head = author && [h('span', { class: 'font-semibold text-accent-text' }, author), h('span', { class: 'ms-2 text-muted' }, date)]
  const look = 'block text-start text-xs'
  const act = () => by.act({ kind: 'message', dialog: dialog!, message: message! })
  return h('blockquote', { class: 'my-1 block border-s-[3px] border-accent/60 bg-text/4 rounded-e-md py-1 ps-2.5 pe-2 first:mt-0.5' }, [
    head && (message ? h('button', { type: 'button', class: `${look} hover:underline`, onClick: act }, head) : h('span', { class: look }, head)),
    ...rendered(node.children, by),
  ])
}
