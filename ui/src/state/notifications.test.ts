import { describe, expect, it } from 'vitest'
import { buttonsOf, insert, type Notice } from './notifications'

const notice = (id: number, notify_type = 4, more: Partial<Notice> = {}): Notice => ({
  id,
  chat_id: 1,
  author_id: 0,
  date: '2026-02-24T11:00:00+00:00',
  notify_type,
  notify_title: '',
  text: 'x',
  notify_read: 'N',
  params: null,
  ...more,
})
const ids = (list: Notice[]): number[] => list.map((entry) => entry.id)

describe('notifications', () => {
  it('puts new ones first, and questions before all others', () => {
    const list = [notice(5, 1), notice(4, 1), notice(7), notice(3, 2)]
    expect(ids(insert(list, notice(9)))).toEqual([5, 4, 9, 7, 3])
    expect(ids(insert(list, notice(9, 1)))).toEqual([9, 5, 4, 7, 3])
    expect(ids(insert([notice(5, 1)], notice(9)))).toEqual([5, 9])
    expect(ids(insert([], notice(9)))).toEqual([9])
  })

  it('has one of each, wherever it stood', () => {
    expect(ids(insert([notice(7), notice(3)], notice(3)))).toEqual([3, 7])
  })

  it('reads buttons, and nothing out of what is none', () => {
    const buttons = JSON.stringify([{ TYPE: 'BUTTON', TEXT: 'Yes', VALUE: 'Y' }, { VALUE: 'N' }, null])
    expect(buttonsOf(notice(1, 1, { notify_buttons: buttons }))).toEqual([{ TYPE: 'BUTTON', TEXT: 'Yes', VALUE: 'Y' }])
    expect(buttonsOf(notice(1, 1, { notify_buttons: '<b>' }))).toEqual([])
    expect(buttonsOf(notice(1))).toEqual([])
  })
})
