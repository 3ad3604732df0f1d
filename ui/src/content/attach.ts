/** Attachments of a message, `params.ATTACH`, as they are shown. */
import { color, type ColorToken, type Fields, fields, link, list, text, token, whole } from './fields'

/** Where a block leads: an address, or a person, chat or bot of the portal. */
export interface Target {
  url: string
  userId: number
  chatId: number
}
export interface UserBlock {
  kind: 'user'
  name: string
  avatar: string
  avatarType: string
  target: Target
}
export interface LinkBlock {
  kind: 'link'
  name: string
  description: string
  preview: string
  width: number
  height: number
  target: Target
}
export interface Cell {
  display: 'BLOCK' | 'LINE' | 'ROW' | 'TABLE'
  name: string
  value: string
  width: number
  height: number
  color: string
  token: ColorToken | ''
  target: Target
}
export interface ImageItem {
  url: string
  preview: string
  name: string
  width: number
  height: number
}
export interface FileItem {
  url: string
  name: string
  size: number
}
export type Block =
  | { kind: 'message'; text: string }
  | { kind: 'delimiter'; size: number; color: string }
  | { kind: 'grid'; cells: Cell[] }
  | { kind: 'images'; images: ImageItem[] }
  | { kind: 'files'; files: FileItem[] }
  | UserBlock
  | LinkBlock

export interface Attachment {
  color: string
  token: ColorToken
  description: string
  blocks: Block[]
}

const DELIMITER = 200

export function attachments(value: unknown): Attachment[] {
  return list(value)
    .map(fields)
    .map((source) => ({
      color: color(source.COLOR),
      token: token(source.COLOR_TOKEN) || 'base',
      description: text(source.DESCRIPTION),
      blocks: list(source.BLOCKS).flatMap((block) => Object.entries(fields(block)).flatMap(([name, held]) => READERS.get(name)?.(held) ?? [])),
    }))
    .filter(({ blocks }) => blocks.length > 0)
}

const READERS = new Map<string, (held: unknown) => Block[]>([
  ['MESSAGE', (held) => (text(held) ? [{ kind: 'message', text: text(held) }] : [])],
  ['DELIMITER', (held) => [{ kind: 'delimiter', size: whole(fields(held).SIZE) || DELIMITER, color: color(fields(held).COLOR) }]],
  ['USER', (held) => list(held).map((item) => user(fields(item)))],
  ['LINK', (held) => list(held).map((item) => linkBlock(fields(item)))],
  ['RICH_LINK', (held) => list(held).map((item) => linkBlock(fields(item)))],
  ['GRID', (held) => filled('grid', 'cells', list(held).map(fields).map(cell))],
  ['IMAGE', (held) => filled('images', 'images', list(held).map(fields).map(image).filter(({ url }) => url))],
  ['FILE', (held) => filled('files', 'files', list(held).map(fields).map(file).filter(({ url }) => url))],
])

function filled<T>(kind: string, name: string, items: T[]): Block[] {
  return items.length ? [{ kind, [name]: items } as unknown as Block] : []
}

function target(source: Fields): Target {
  return { url: link(source.LINK), userId: whole(source.USER_ID) || whole(source.BOT_ID), chatId: whole(source.CHAT_ID) }
}

function user(source: Fields): UserBlock {
  return { kind: 'user', name: text(source.NAME), avatar: link(source.AVATAR), avatarType: text(source.AVATAR_TYPE), target: target(source) }
}

function linkBlock(source: Fields): LinkBlock {
  const { LINK, NAME, DESC, HTML, PREVIEW, WIDTH, HEIGHT } = source
  return {
    kind: 'link',
    name: text(NAME) || text(LINK),
    // HTML is shown as the words in it: what it may do is not for a message to say.
    description: withoutTags(text(HTML)) || text(DESC),
    preview: link(PREVIEW),
    width: whole(WIDTH),
    height: whole(HEIGHT),
    target: target(source),
  }
}

function withoutTags(html: string): string {
  if (!html) return ''
  // A document that is parsed this way runs nothing and fetches nothing.
  const page = new DOMParser().parseFromString(html.replace(/<br\s*\/?>/gi, '\n'), 'text/html')
  page.querySelectorAll('script, style').forEach((element) => element.remove())
  return page.body.textContent.trim()
}

function cell(source: Fields): Cell {
  const display = text(source.DISPLAY).toUpperCase()
  return {
    display: display === 'COLUMN' ? 'ROW' : display === 'LINE' || display === 'ROW' || display === 'TABLE' ? display : 'BLOCK',
    name: text(source.NAME),
    value: text(source.VALUE),
    width: whole(source.WIDTH),
    height: whole(source.HEIGHT),
    color: color(source.COLOR),
    token: token(source.COLOR_TOKEN),
    target: target(source),
  }
}

function image(source: Fields): ImageItem {
  const url = link(source.LINK)
  return { url, preview: link(source.PREVIEW) || url, name: text(source.NAME), width: whole(source.WIDTH), height: whole(source.HEIGHT) }
}

function file(source: Fields): FileItem {
  const url = link(source.LINK)
  return { url, name: text(source.NAME) || url, size: whole(source.SIZE) }
}

/** Cells that follow one another and are displayed alike. */
export function alike(cells: readonly Cell[]): Cell[][] {
  const groups: Cell[][] = []
  for (const next of cells) {
    const group = groups.at(-1)
    if (group?.[0]?.display === next.display) group.push(next)
    else groups.push([next])
  }
  return groups
}
