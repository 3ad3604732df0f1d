import { expect, it } from 'vitest'
import type { ChatMessage } from '@/state/messages'
import { daysOf } from './grouping'

function message(id: number, authorId: number, date: string, system = false): ChatMessage {
  return {
    id, key: String(id), authorId, date, system, chatId: 1, text: '', uuid: '', params: {}, files: [], replyId: 0, forward: null,
    edited: false, deleted: false, reactions: [], state: 'sent', error: '',
  }
}

it('groups messages of one author within five minutes of a day', () => {
  const days = daysOf(
    [
      message(1, 7, '2026-03-01T10:00:00'),
      message(2, 7, '2026-03-01T10:04:00'),
      message(3, 7, '2026-03-01T10:10:00'),
      message(4, 8, '2026-03-01T10:10:10'),
      message(5, 8, '2026-03-02T10:10:20'),
    ],
    0,
  )
  expect(days.map(({ rows }) => rows.map(({ message: { id }, first, last }) => [id, first, last]))).toEqual([
    [[1, true, false], [2, false, true], [3, true, true], [4, true, true]],
    [[5, true, true]],
  ])
})

it('keeps system messages apart', () => {
  const [day] = daysOf([message(1, 0, '2026-03-01T10:00:00', true), message(2, 0, '2026-03-01T10:00:01', true)], 0)
  expect(day?.rows.map(({ first, last }) => [first, last])).toEqual([[true, true], [true, true]])
})

it('draws the line of what is new once, at the first message that is there', () => {
  const [day] = daysOf([message(5, 7, '2026-03-01T10:00:00'), message(9, 7, '2026-03-01T10:00:01'), message(10, 7, '2026-03-01T10:00:02')], 8)
  expect(day?.rows.map(({ unread }) => unread)).toEqual([false, true, false])
  expect(day?.rows.map(({ first }) => first)).toEqual([true, true, false])
})
