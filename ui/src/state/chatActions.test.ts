import { beforeEach, expect, it, vi } from 'vitest'

let refuse = false
const asked: [string, object][] = []
vi.mock('./connection', () => ({ on: () => {}, onReload: () => {}, connection: { online: true } }))
vi.mock('@/api/portal', () => {
  class ApiError extends Error {}
  const call = (method: string, params: object): Promise<unknown> => {
    asked.push([method, params])
    return refuse ? Promise.reject(new ApiError('No')) : Promise.resolve(true)
  }
  return { ApiError, call, answer: call, batch: call }
})

const { chats } = await import('./chats')
const { hide, leave, markRead, markUnread, mute, pin } = await import('./chatActions')
const { toasts } = await import('./toasts')

function row(): import('./chats').ChatRow {
  chats.rows.set('chat7', {
    dialogId: 'chat7', chatId: 7, private: false, title: 'Room', avatar: '', color: '', kind: 'chat', members: 3,
    last: { id: 40, text: 'x', authorId: 1, date: '', read: false, file: false, attach: false },
    counter: 3, lastId: 37, muted: false, unread: false, pinned: false, date: '',
  })
  return chats.rows.get('chat7')!
}

beforeEach(() => {
  refuse = false
  asked.length = 0
  toasts.splice(0)
})

it('shows at once what was asked for, and asks the portal', async () => {
  const shown = row()
  const done = Promise.all([pin(shown, true), mute(shown, true), markRead(shown)])
  expect(shown).toMatchObject({ pinned: true, muted: true, counter: 0, lastId: 40 })
  await done
  await markUnread(shown)
  expect(shown.unread).toBe(true)
  expect(asked).toEqual([
    ['im.recent.pin', { DIALOG_ID: 'chat7', PIN: 'Y' }],
    ['im.chat.mute', { DIALOG_ID: 'chat7', MUTE: 'Y' }],
    ['im.recent.unread', { DIALOG_ID: 'chat7', ACTION: 'N' }],
    ['im.recent.unread', { DIALOG_ID: 'chat7', ACTION: 'Y' }],
  ])
})

it('takes it back where the portal refuses, and says so', async () => {
  refuse = true
  const shown = row()
  await Promise.all([pin(shown, true), mute(shown, true), markRead(shown)])
  expect(shown).toMatchObject({ pinned: false, muted: false, counter: 3, lastId: 37 })
  expect(await hide(shown)).toBe(false)
  expect(await leave(shown)).toBe(false)
  expect(chats.rows.has('chat7')).toBe(true)
  expect(toasts).toHaveLength(5)
})

it('takes a chat out of the list that is hidden or left', async () => {
  const shown = row()
  expect(await leave(shown)).toBe(true)
  expect(chats.rows.has('chat7')).toBe(false)
  expect(asked).toEqual([['im.chat.leave', { CHAT_ID: 7 }]])
})
