import { beforeEach, expect, it } from 'vitest'
import type { Widget } from '@/api/frames'
import { panels } from '@/frames/panels'
import { widgets } from '@/frames/widgets'
import type { Conversation } from '@/state/conversation'
import { fieldItems, widgetItems } from './chatWidgets'

function widget(ID: number, PLACEMENT: string, context: string): Widget {
  return { ID, PLACEMENT, CLIENT_ID: 'local.a', TITLE: `Page ${ID}`, APPLICATION: 'Notes', GROUP_NAME: '', OPTIONS: { context }, INSTALLED: true }
}
const chat = { dialogId: 'chat7', dialog: { entity_type: '' } } as Conversation

beforeEach(() => {
  widgets.all = [widget(1, 'IM_SIDEBAR', 'CHAT'), widget(2, 'IM_SIDEBAR', 'LINES'), widget(3, 'IM_CONTEXT_MENU', 'ALL')]
  panels.splice(0)
})

it('offers what is bound to the place, for this kind of chat', () => {
  expect(widgetItems('IM_SIDEBAR', chat).map(({ label }) => label)).toEqual(['Page 1'])
  expect(widgetItems('IM_TEXTAREA', chat)).toEqual([])
})

it('tells the page which chat and which message it is about', () => {
  widgetItems('IM_CONTEXT_MENU', chat, 42)[0]!.run()
  expect(panels.map(({ opening }) => [opening.id, opening.placement, opening.options])).toEqual([
    [3, 'IM_CONTEXT_MENU', { dialogId: 'chat7', messageId: '42' }],
  ])
})

it('offers on a phone what is bound to the menu of phones', () => {
  widgets.all = [widget(1, 'IM_TEXTAREA', 'ALL'), widget(2, 'IMMOBILE_CONTEXT_MENU', 'ALL'), widget(3, 'IMMOBILE_CONTEXT_MENU', 'LINES')]
  expect(fieldItems(chat, false).map(({ label }) => label)).toEqual(['Page 1'])
  const items = fieldItems(chat, true)
  expect(items.map(({ label }) => label)).toEqual(['Page 1', 'Page 2'])
  items[1]!.run()
  expect(panels.map(({ opening }) => [opening.placement, opening.options])).toEqual([['IMMOBILE_CONTEXT_MENU', { dialogId: 'chat7' }]])
})
