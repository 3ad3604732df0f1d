import { expect, it } from 'vitest'
import type { ChatMessage } from '@/state/messages'
import { rowsOf } from './grouping'

function message(id: number, authorId: number, date: string, system = false): ChatMessage {
  return {
    id, authorId, date, system, chatId: 1, text: '', uuid: '', params: {}, files: [], replyId: 0, forward: null,
    edited: false, deleted: false, reactions: [], state: 'sent', error: '',
  }
}

it('groups messages of one author within five minutes of a day', () => {
  const rows = rowsOf(
    [
      message(1, 7, '2026-03-01T10:00:00'),
      message(2, 7, '2026-03-01T10:04:00'),
      message(3, 7, '2026-03-01T10:10:00'),
      message(4, 8, '2026-03-01T10:10:10'),
      message(5, 8, '2026-03-02T10:10:20'),
    ],
    0,
  )
  expect(rows.map(({ day, first, last }) => [day, first, last])).toEqual([
    [true, true, false],
    [false, false, true],
    [false, true, true],
    [false, true, true],
    [true, true, true],
  ])
})

it('draws the line of what is new once, at the first message that is there', () => {
  const rows = rowsOf([message(5, 7, '2026-03-01T10:00:00'), message(9, 7, '2026-03-01T10:00:01'), message(10, 7, '2026-03-01T10:00:02')], 8)
  expect(rows.map(({ unread }) => unread)).toEqual([false, true, false])
  expect(rows.map(({ first }) => first)).toEqual([true, true, false])
})
