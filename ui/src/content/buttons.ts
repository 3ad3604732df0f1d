/** Buttons under a message, `params.KEYBOARD`, and a bot's items of its context menu, `params.MENU`. */
import type { Act } from '@/format/acts'
import { color, type ColorToken, type Fields, fields, flag, link, list, text, token, whole } from './fields'

/** What a press does: `link` is followed by the browser. */
export type Deed = Exclude<Act, { kind: 'link' }> | { kind: 'link'; url: string }

export interface Item {
  text: string
  deed: Deed
  disabled: boolean
}
export interface Button extends Item {
  /** Until the bot has changed the message, none can be pressed again. */
  blocks: boolean
  wide: boolean
  width: number
  token: ColorToken
  color: string
  textColor: string
  offColor: string
  offTextColor: string
}

type Device = 'MOBILE' | 'DESKTOP'

/** Rows of buttons: NEWLINE begins one, and a button that is a block has one of its own. */
export function keyboardRows(value: unknown, device: Device): Button[][] {
  const rows: Button[][] = [[]]
  for (const source of unwrapped(value, 'BUTTONS')) {
    if (text(source.TYPE).toUpperCase() === 'NEWLINE') {
      rows.push([])
      continue
    }
    const button = shownOn(source, device) && buttonOf(source)
    if (!button) continue
    const before = rows.at(-1)!
    if (before.length && (button.wide || before.at(-1)!.wide)) rows.push([button])
    else before.push(button)
  }
  return rows.filter((row) => row.length > 0)
}

/** The items that a bot adds to the context menu of its message. */
export function menuItems(value: unknown, device: Device): Item[] {
  return unwrapped(value, 'ITEMS').flatMap((source) => (shownOn(source, device) && itemOf(source)) || [])
}

function unwrapped(value: unknown, root: string): Fields[] {
  const full = fields(value)
  return list(root in full ? full[root] : value).map(fields)
}

function shownOn(source: Fields, device: Device): boolean {
  const context = text(source.CONTEXT).toUpperCase()
  return context !== 'MOBILE' && context !== 'DESKTOP' ? true : context === device
}

function itemOf(source: Fields): Item | undefined {
  const deed = deedOf(source)
  return deed && { text: text(source.TEXT), deed, disabled: flag(source.DISABLED) }
}

function buttonOf(source: Fields): Button | undefined {
  const item = itemOf(source)
  return (
    item && {
      ...item,
      blocks: flag(source.BLOCK) && item.deed.kind === 'command',
      wide: text(source.DISPLAY).toUpperCase() !== 'LINE',
      width: whole(source.WIDTH),
      token: token(source.BG_COLOR_TOKEN) || 'base',
      color: color(source.BG_COLOR),
      textColor: color(source.TEXT_COLOR),
      offColor: color(source.OFF_BG_COLOR),
      offTextColor: color(source.OFF_TEXT_COLOR),
    }
  )
}

/** The one thing that a press does; of several the first in the documented order. */
function deedOf(source: Fields): Deed | undefined {
  const url = link(source.LINK)
  if (url) return { kind: 'link', url }
  const command = text(source.COMMAND)
  if (command) return { kind: 'command', botId: whole(source.BOT_ID), command, params: text(source.COMMAND_PARAMS) }
  const value = text(source.ACTION_VALUE)
  const made = value ? ACTIONS.get(text(source.ACTION).toUpperCase())?.(value) : undefined
  if (made) return made
  const id = whole(source.APP_ID)
  return id ? { kind: 'app', id, params: text(source.APP_PARAMS) } : undefined
}

const ACTIONS = new Map<string, (value: string) => Deed>([
  ['PUT', (value) => ({ kind: 'put', text: value })],
  ['SEND', (value) => ({ kind: 'send', text: value })],
  ['COPY', (value) => ({ kind: 'copy', text: value })],
  ['CALL', (value) => ({ kind: 'call', number: value })],
  ['DIALOG', (value) => (/^[1-9]\d*$/.test(value) ? { kind: 'user', id: Number(value) } : { kind: 'chat', dialog: value })],
])
