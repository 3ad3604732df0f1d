import { expect, it, vi } from 'vitest'
vi.mock('./connection', () => ({ on: () => {}, onReload: () => {} }))
const { matches, shownRows } = await import('./chatFilter')
const { countMention } = await import('./unreadMentions')

it.each([
  ['Ben Carter', 'ben', true],
  ['Ben Carter', 'car be', true],
  ['Ben Carter', 'arter', false],
  ['Zoë Müller', 'zoe mull', true],
  ['Отдел продаж', 'ПРОД', true],
  ['Release 2.0', '2.0', true],
  ['anything', '  ', true],
])('%s is found by %s: %s', (title, phrase, found) => expect(matches(title, phrase)).toBe(found))

it('filters, and keeps the open chat among the unread ones', () => {
  const row = (dialogId: string, fields: object) => ({ dialogId, title: dialogId, counter: 0, unread: false, kind: 'chat', ...fields }) as never
  const rows = [row('1', { counter: 2 }), row('2', { unread: true }), row('3', { kind: 'bot' }), row('4', { chatId: 4, counter: 1 })]
  countMention(4)
  const ids = (...rest: [Parameters<typeof shownRows>[1], string, string]) => shownRows(rows, ...rest).map((entry) => entry.dialogId)
  expect(ids('all', '', '')).toEqual(['1', '2', '3', '4'])
  expect(ids('unread', '', '3')).toEqual(['1', '2', '3', '4'])
  expect(ids('unread', '', '')).toEqual(['1', '2', '4'])
  expect(ids('bots', '', '')).toEqual(['3'])
  expect(ids('mentions', '', '3')).toEqual(['4'])
  expect(ids('all', '2', '')).toEqual(['2'])
})
