import { beforeEach, expect, it, vi } from 'vitest'

const handlers = new Map<string, (params: unknown) => void>()
const asked: string[] = []
vi.mock('./connection', () => ({
  on: (command: string, handler: (params: unknown) => void) => {
    const before = handlers.get(command)
    handlers.set(command, (params) => (before?.(params), handler(params)))
  },
  onReload: () => {},
}))
vi.mock('@/api/portal', () => ({
  call: (method: string) => (asked.push(method), Promise.resolve({ items: [] })),
  answer: () => Promise.resolve({ result: { items: [] } }),
}))

const { chats, ordered, unreadTotal } = await import('./chats')
const { commandOf } = await import('./commands.fixture')
const { me } = await import('./me')
const { mentionsIn } = await import('./unreadMentions')
type MessageCommand = import('./chats').MessageCommand

function tell(command: Parameters<typeof commandOf>[0], changes: object = {}): void {
  handlers.get(command)?.({ ...commandOf<object>(command), ...changes })
}

beforeEach(() => {
  chats.rows.clear()
  localStorage.clear()
  asked.length = 0
  me.id = 2
})

/** The row of the chat that the fixtures are about. */
function row(): import('./chats').ChatRow {
  const { dialogId } = commandOf<MessageCommand>('messageChat')
  if (!chats.rows.has(dialogId)) tell('messageChat')
  return chats.rows.get(dialogId)!
}

it('makes a row of the first message of a chat', () => {
  const command = commandOf<MessageCommand>('messageChat')
  tell('messageChat')
  expect(row()).toMatchObject({
    chatId: command.chatId,
    private: false,
    title: command.chat[command.chatId]?.name,
    counter: command.counter,
    lastId: command.lastId,
    last: { id: command.message.id, text: command.message.text, authorId: command.message.senderId },
  })
  expect(asked).toEqual([])
})

it('makes a row of a private message by the name of the other one', () => {
  const command = commandOf<MessageCommand>('message')
  me.id = 1
  tell('message')
  expect(chats.rows.get(command.dialogId)).toMatchObject({ private: true, title: 'Ben Carter', kind: 'user' })
})

it('keeps the values of the moment of sending, and adds nothing up', () => {
  row()
  tell('readMessageChat', { dialogId: row().dialogId, counter: 0, lastId: 99 })
  expect(row()).toMatchObject({ counter: 0, lastId: 99 })
  tell('messageChat', { counter: 7 })
  tell('messageChat', { counter: 7 })
  expect(row().counter).toBe(7)
  expect(unreadTotal.value).toBe(7)
  tell('chatMuteNotify', { dialogId: row().dialogId, counter: 7, muted: true, listed: true })
  expect(unreadTotal.value).toBe(0)
})

it('pins, marks and hides by what commands say', () => {
  const { dialogId } = row()
  tell('chatPin', { dialogId, pinned: true })
  tell('chatUnread', { dialogId, pinned: true, unread: true })
  expect(row()).toMatchObject({ pinned: true, unread: true })
  tell('chatHide', { dialogId, listed: false })
  expect(chats.rows.has(dialogId)).toBe(false)
})

it('forgets a chat that the person has left, and counts others who leave', () => {
  const { dialogId } = row()
  tell('chatUserLeave', { dialogId, userId: 77, userCount: 3 })
  expect(row().members).toBe(3)
  tell('chatUserLeave', { dialogId, userId: me.id })
  expect(chats.rows.has(dialogId)).toBe(false)
})

it('shows a new title, picture and colour', () => {
  const { dialogId } = row()
  tell('chatRename', { dialogId, name: 'Other' })
  tell('chatChangeColor', { dialogId, color: '#123456' })
  expect(row()).toMatchObject({ title: 'Other', color: '#123456' })
})

it('edits, deletes and replaces the last message only', () => {
  const { dialogId, last } = row()
  tell('messageUpdate', { dialogId, id: last.id - 1, text: 'older' })
  expect(row().last.text).not.toBe('older')
  tell('messageUpdate', { dialogId, id: last.id, text: 'newer' })
  expect(row().last.text).toBe('newer')
  tell('messageDeleteComplete', { dialogId })
  expect(row().last.text).toBe(commandOf<{ lastMessage: { text: string } }>('messageDeleteComplete').lastMessage.text)
})

it('shows when others have read', () => {
  const { dialogId } = row()
  tell('readMessageChatOpponent', { dialogId, chatMessageStatus: 'delivered' })
  expect(row().last.read).toBe(true)
  tell('unreadMessageChatOpponent', { dialogId, chatMessageStatus: 'received' })
  expect(row().last.read).toBe(false)
})

it('counts each mention once, until the chat is read', () => {
  const command = commandOf<MessageCommand>('messageChat')
  const message = { ...command.message, senderId: 1, text: `Look, [USER=${me.id}]Ben[/USER]` }
  tell('messageChat', { message, counter: 1 })
  tell('messageChat', { message, counter: 1 })
  expect(mentionsIn(row())).toBe(1)
  tell('messageChat', { message: { ...message, id: message.id + 1, text: 'and more' }, counter: 2 })
  expect(mentionsIn(row())).toBe(1)
  tell('messageChat', { message: { ...message, id: message.id + 2 }, counter: 3 })
  expect(mentionsIn(row())).toBe(2)
  tell('readMessageChat', { dialogId: command.dialogId, counter: 0 })
  tell('messageChat', { message: { ...message, id: message.id + 3, text: 'later' }, counter: 1 })
  expect(mentionsIn(row())).toBe(0)
})

it('orders by pin, then by the last message', () => {
  const command = commandOf<MessageCommand>('messageChat')
  const arrive = (id: number, at: string, pinned = false): void =>
    tell('messageChat', { chatId: id, dialogId: `chat${id}`, pinned, chat: {}, message: { ...command.message, id, chatId: id, date: at } })
  arrive(1, '2026-01-01T10:00:00+00:00')
  arrive(2, '2026-01-01T12:00:00+00:00')
  arrive(3, '2026-01-01T09:00:00+00:00', true)
  expect(ordered.value.map((entry) => entry.chatId)).toEqual([3, 2, 1])
  arrive(1, '2026-01-01T13:00:00+00:00')
  expect(ordered.value.map((entry) => entry.chatId)).toEqual([3, 1, 2])
})
