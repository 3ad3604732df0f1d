import { beforeEach, describe, expect, it, vi } from 'vitest'

type Params = Record<string, unknown>
/** The history of one chat as a portal would serve it. */
let history: { id: number; text: string; authorId: number }[] = []
let counter = 0
let unreadId = 0
let refuses = ''
const asked: [method: string, params: Params][] = []
const handlers = new Map<string, ((params: unknown) => void)[]>()

const CHAT = 7
const DIALOG = 'chat7'
const DATE = '2026-03-01T10:00:00+00:00'

function messages(several: typeof history): object {
  return {
    chat_id: CHAT,
    messages: several.map(({ id, text, authorId }) => ({ id, chat_id: CHAT, author_id: authorId, date: DATE, text, unread: false, uuid: null, params: [] })),
    users: [],
    files: [],
  }
}

function serve(method: string, params: Params): unknown {
  asked.push([method, params])
  if (refuses === method) throw new Error('refused')
  if (method === 'im.dialog.get') {
    return { id: CHAT, dialog_id: DIALOG, counter, unread_id: unreadId, last_message_id: history.at(-1)?.id ?? 0, message_count: history.length, readed_list: [] }
  }
  if (method === 'im.dialog.messages.get') {
    const { LAST_ID: before, FIRST_ID: after, LIMIT: limit } = params as { LAST_ID?: number; FIRST_ID?: number; LIMIT: number }
    if (before) return messages(history.filter(({ id }) => id < before).slice(-limit).reverse())
    if (after) return messages(history.filter(({ id }) => id > after).slice(0, limit))
    return messages(history.slice(-limit).reverse())
  }
  if (method === 'botyard.message.context') {
    const { MESSAGE_ID: id, RANGE: range } = params as { MESSAGE_ID: number; RANGE: number }
    const at = history.findIndex((entry) => entry.id === id)
    if (at < 0) throw new Error('MESSAGE_NOT_FOUND')
    const part = history.slice(Math.max(0, at - range), at + range + 1)
    return {
      MESSAGES: part.map((entry) => ({ ...entry, chatId: CHAT, date: DATE, isSystem: false, uuid: '', forward: null, params: {} })),
      USERS: [],
      FILES: [],
      REACTIONS: [],
      HAS_EARLIER: at - range > 0,
      HAS_LATER: at + range + 1 < history.length,
    }
  }
  return method === 'botyard.message.reaction.counts' ? [] : true
}

class ApiError extends Error {
  temporary = false
}
vi.mock('@/api/portal', () => ({
  ApiError,
  call: (method: string, params: Params) => Promise.resolve().then(() => serve(method, params)),
  batch: async (commands: Record<string, [string, Params]>) => Object.fromEntries(Object.entries(commands).map(([name, [method, params]]) => [name, serve(method, params)])),
  answer: () => Promise.resolve({ result: { items: [] } }),
}))
vi.mock('./connection', () => ({
  connection: { online: true },
  on: (command: string, handler: (params: unknown) => void) => handlers.set(command, [...(handlers.get(command) ?? []), handler]),
  onReload: () => {},
}))

const { conversations, conversation, jump, loadEarlier, loadLater, loadLatest, open, openAhead, reload, trim } = await import('./conversation')
await import('./liveMessages')
const { send } = await import('./sending')
const { takeReaction, toggleReaction } = await import('./reactions')
const { me } = await import('./me')

const ids = (): number[] => conversation(DIALOG).messages.map(({ id }) => id)
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at)
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

function tell(command: string, params: object): void {
  for (const handler of handlers.get(command) ?? []) handler({ dialogId: DIALOG, chatId: CHAT, ...params })
}

/** A message comes in; `silent` ones are not told of, as when the connection was away. */
function write(id: number, { silent = false, authorId = 2, templateId = '' } = {}): void {
  const prevId = history.at(-1)?.id ?? 0
  history.push({ id, text: `text ${id}`, authorId })
  if (silent) return
  const message = { id, templateId, prevId, chatId: CHAT, senderId: authorId, system: 'N', date: DATE, text: `text ${id}`, params: {}, forward: null }
  tell('messageChat', { message, users: {}, chat: {}, files: [], notify: true, counter: 0, lastId: 0, listed: false })
}

beforeEach(() => {
  conversations.clear()
  localStorage.clear()
  history = range(1, 400).map((id) => ({ id, text: `text ${id}`, authorId: 2 }))
  counter = 0
  unreadId = 0
  refuses = ''
  asked.length = 0
  me.id = 1
})

describe('the window', () => {
  it('opens at the end, and grows upward without gaps', async () => {
    const shown = await open(DIALOG)
    expect(ids()).toEqual(range(351, 400))
    expect([shown.hasEarlier, shown.hasLater]).toEqual([true, false])
    await loadEarlier(shown)
    expect(ids()).toEqual(range(301, 400))
  })

  it('is read once where it is opened ahead of its view', async () => {
    openAhead(DIALOG, 0)
    await open(DIALOG)
    expect(asked.filter(([method]) => method === 'im.dialog.get')).toHaveLength(1)
    expect(ids()).toEqual(range(351, 400))
    await open(DIALOG)
    await settle()
    expect(asked.filter(([method]) => method === 'im.dialog.get')).toHaveLength(2)
  })

  it('is read anew where another message is wanted than the one ahead', async () => {
    openAhead(DIALOG, 0)
    const shown = await open(DIALOG, 100)
    expect(ids()).toContain(100)
    expect(shown.target).toBe(100)
  })

  it('keeps what is told of while it is read', async () => {
    const reading = open(DIALOG)
    await Promise.resolve()
    await Promise.resolve()
    write(401)
    await reading
    expect(ids()).toEqual(range(351, 401))
  })

  it('opens around what is unread, with the line there, and goes to the end when it is told to', async () => {
    counter = 200
    unreadId = 201
    const shown = await open(DIALOG)
    expect(shown.firstUnreadId).toBe(201)
    expect(ids()).toEqual(range(176, 226))
    expect([shown.hasEarlier, shown.hasLater]).toEqual([true, true])
    await loadLatest(shown)
    expect(ids()).toEqual(range(351, 400))
    expect(shown.hasLater).toBe(false)
  })

  it('is the latest page where what is unread is on it', async () => {
    counter = 3
    unreadId = 398
    const shown = await open(DIALOG)
    expect(ids()).toEqual(range(351, 400))
    expect(shown.firstUnreadId).toBe(398)
  })

  it('goes to a message far back, and stays where it is when the message is gone', async () => {
    const shown = await open(DIALOG)
    await jump(shown, 50)
    expect(shown.target).toBe(50)
    expect(ids()).toContain(50)
    await jump(shown, 9999)
    expect(shown.target).toBe(0)
  })

  it('knows before it shows a chat that it is to be shown at a message', async () => {
    const opening = open(DIALOG, 50)
    const shown = conversation(DIALOG)
    while (!shown.dialog) {
      expect(shown.target).toBe(50)
      await settle()
    }
    await opening
    expect(shown.target).toBe(50)
  })

  it('reaches the end again by pages', async () => {
    const shown = await open(DIALOG, 370)
    await jump(shown, 300)
    while (shown.hasLater) await loadLater(shown)
    expect(ids()).toEqual(range(275, 400))
  })

  it('drops what is far away, and reads it again', async () => {
    const shown = await open(DIALOG)
    for (let page = 0; page < 4; page++) await loadEarlier(shown)
    trim(shown, 'end', 150)
    expect(ids()).toEqual(range(151, 300))
    expect(shown.hasLater).toBe(true)
    await loadLater(shown)
    trim(shown, 'start', 150)
    expect(ids()).toEqual(range(201, 350))
    expect(shown.hasEarlier).toBe(true)
  })

  it('is as it was when two pages are asked for at once', async () => {
    const shown = await open(DIALOG)
    await Promise.all([loadEarlier(shown), loadEarlier(shown)])
    expect(ids()).toEqual(range(251, 400))
  })

  it('says why it cannot be read', async () => {
    refuses = 'im.dialog.get'
    const shown = await open(DIALOG)
    expect(shown.error).toBe('refused')
    expect(shown.loading).toBe(false)
  })

  it('is read anew around the place where the person is', async () => {
    const shown = await open(DIALOG)
    for (let page = 0; page < 3; page++) await loadEarlier(shown)
    shown.place = { messageId: 230, offset: 0 }
    write(401, { silent: true })
    await reload(shown)
    expect(ids()).toEqual(range(205, 255))
    expect(shown.hasLater).toBe(true)
  })
})

describe('live commands', () => {
  it('add a message at the end', async () => {
    await open(DIALOG)
    write(401)
    expect(ids().slice(-2)).toEqual([400, 401])
  })

  it('fill a gap where one was missed, also while another page is being read', async () => {
    const shown = await open(DIALOG)
    write(401, { silent: true })
    const earlier = loadEarlier(shown)
    write(402)
    await earlier
    await settle()
    expect(ids()).toEqual(range(301, 402))
  })

  it('leave a window alone that does not reach to the end', async () => {
    const shown = await open(DIALOG)
    await jump(shown, 100)
    const before = ids()
    write(401)
    expect(ids()).toEqual(before)
  })

  it('change and remove messages', async () => {
    const shown = await open(DIALOG)
    tell('messageUpdate', { id: 400, text: 'other', params: { IS_EDITED: 'Y' } })
    tell('messageDelete', { id: 399, text: '', params: { IS_DELETED: 'Y' } })
    tell('messageDeleteComplete', { id: 398 })
    const [deleted, edited] = shown.messages.slice(-2)
    expect([edited?.text, edited?.edited, deleted?.deleted]).toEqual(['other', true, true])
    expect(ids()).not.toContain(398)
  })

  it('never bring a message twice', async () => {
    await open(DIALOG)
    write(401)
    const again = history.pop()!
    write(again.id)
    expect(ids().filter((id) => id === 401)).toEqual([401])
  })
})

describe('sending', () => {
  const waiting = (): string[] => conversation(DIALOG).outgoing.map(({ state }) => state)

  it('shows a message at once, and keeps its key when it is accepted', async () => {
    const shown = await open(DIALOG)
    send(DIALOG, 'Hello')
    expect(shown.outgoing.map(({ text }) => text)).toEqual(['Hello'])
    const { key, uuid } = shown.outgoing[0]!
    write(401, { authorId: 1, templateId: uuid })
    expect(shown.outgoing).toEqual([])
    expect(shown.messages.at(-1)).toMatchObject({ id: 401, key, state: 'sent' })
    await settle()
    expect(ids().filter((id) => id === 401)).toEqual([401])
  })

  it('keeps what another one has sent under the same name', async () => {
    const shown = await open(DIALOG)
    send(DIALOG, 'Hello')
    write(401, { authorId: 2, templateId: shown.outgoing[0]!.uuid })
    expect(shown.outgoing).toHaveLength(1)
  })

  it('leaves what was refused to be sent again', async () => {
    await open(DIALOG)
    refuses = 'botyard.message.send'
    send(DIALOG, 'Hello')
    await settle()
    expect(waiting()).toEqual(['failed'])
    expect(asked.filter(([method]) => method === 'botyard.message.send')).toHaveLength(1)
  })
})

describe('what is read', () => {
  it('is everything before what somebody writes', async () => {
    const shown = await open(DIALOG)
    write(401, { authorId: 2 })
    expect(shown.readUpTo[2]).toBe(401)
  })

  it('is counted once, where the message was read meanwhile', async () => {
    const shown = await open(DIALOG)
    write(401, { authorId: 2 })
    const { message_count: before } = shown.dialog!
    write(401, { authorId: 2 })
    expect(shown.dialog!.message_count).toBe(before)
  })
})

describe('reactions', () => {
  it('count the own one once, though it is told of too', async () => {
    const shown = await open(DIALOG)
    const message = shown.messages.at(-1)!
    await toggleReaction(message, 'fire')
    tell('addReaction', { messageId: message.id, userId: 1, reaction: 'fire', count: 1 })
    tell('addReaction', { messageId: message.id, userId: 2, reaction: 'fire', count: 2 })
    tell('addReaction', { messageId: message.id, userId: 2, reaction: 'fire', count: 2 })
    expect(message.reactions).toEqual([{ reaction: 'fire', count: 2, own: true }])
    await toggleReaction(message, 'fire')
    tell('deleteReaction', { messageId: message.id, userId: 1, reaction: 'fire', count: 1 })
    expect(message.reactions).toEqual([{ reaction: 'fire', count: 1, own: false }])
  })

  it('are taken back where the portal refuses', async () => {
    const shown = await open(DIALOG)
    const message = shown.messages.at(-1)!
    refuses = 'botyard.message.react'
    const done = toggleReaction(message, 'like')
    expect(message.reactions).toEqual([{ reaction: 'like', count: 1, own: true }])
    await done
    expect(message.reactions).toEqual([])
  })

  it('of others come and go', async () => {
    const [message] = (await open(DIALOG)).messages
    takeReaction(message!, { userId: 5, reaction: 'like', count: 1 }, true)
    expect(message!.reactions).toEqual([{ reaction: 'like', count: 1, own: false }])
    takeReaction(message!, { userId: 5, reaction: 'like', count: 0 }, false)
    takeReaction(message!, { userId: 5, reaction: 'like', count: 0 }, false)
    expect(message!.reactions).toEqual([])
  })
})
