import { beforeEach, expect, it, vi } from 'vitest'

const handlers = new Map<string, (params: unknown) => void>()
let counts: { CHAT_ID: number; COUNT: number }[] = []
let pages: { MESSAGES: { id: number; chatId: number }[]; NEXT: number }[] = []
const asked: [string, Record<string, unknown> | undefined][] = []
vi.mock('./connection', () => ({ on: (command: string, handler: (params: unknown) => void) => handlers.set(command, handler), onReload: () => {} }))
vi.mock('@/api/portal', () => ({
  call: (method: string, params?: Record<string, unknown>) => {
    asked.push([method, params])
    if (method === 'botyard.message.mention.counts') return Promise.resolve(counts)
    const page = pages.shift()
    const { CHAT_ID: chatId } = params ?? {}
    return Promise.resolve(page && { ...page, MESSAGES: page.MESSAGES.filter((message) => !chatId || message.chatId === chatId) })
  },
}))
const { countMention, isMention, loadMentions, mentioningChats, mentionsIn, nextMention } = await import('./unreadMentions')
const { me } = await import('./me')

const tell = (command: string, params: object): void => handlers.get(command)?.(params)
const inChat = (chatId: number, counter = 1): number => mentionsIn({ chatId, counter })

beforeEach(async () => {
  vi.useFakeTimers()
  me.id = 2
  counts = [{ CHAT_ID: 7, COUNT: 3 }, { CHAT_ID: 9, COUNT: 1 }]
  pages = []
  await loadMentions()
  asked.length = 0
})

it('counts what the portal counts, and what comes', () => {
  expect(mentioningChats()).toEqual([7, 9])
  countMention(7)
  countMention(11)
  expect([inChat(7), inChat(9), inChat(11), inChat(12)]).toEqual([4, 1, 1, 0])
  expect(inChat(7, 0)).toBe(0)
})

it('forgets those of a chat that is read or left', () => {
  tell('readMessageChat', { chatId: 7, counter: 0 })
  tell('chatUserLeave', { chatId: 9, userId: 3 })
  expect([inChat(7), inChat(9)]).toEqual([0, 1])
  tell('chatUserLeave', { chatId: 9, userId: 2 })
  expect(mentioningChats()).toEqual([])
  expect(asked).toEqual([])
})

it.each([
  ['readMessageChat', { chatId: 7, counter: 2 }],
  ['unreadMessage', { chatId: 12, counter: 2 }],
  ['messageUpdate', { chatId: 12, text: 'for [USER=all]all[/USER]' }],
  ['messageDeleteComplete', { chatId: 7 }],
])('asks again, once, where a part has changed: %s', async (command, params) => {
  counts = [{ CHAT_ID: 7, COUNT: 2 }]
  tell(command, params)
  tell(command, params)
  await vi.advanceTimersByTimeAsync(1500)
  expect(asked.map(([method]) => method)).toEqual(['botyard.message.mention.counts'])
  expect([inChat(7), inChat(9)]).toEqual([2, 0])
})

it('asks nothing about changes in chats without mentions', async () => {
  tell('readMessageChat', { chatId: 12, counter: 2 })
  tell('messageUpdate', { chatId: 12, text: 'for [USER=5]Eva[/USER]' })
  await vi.advanceTimersByTimeAsync(1500)
  expect(asked).toEqual([])
})

it('finds the oldest unread mention, of one chat or of all', async () => {
  const both = (): void => {
    pages = [
      { MESSAGES: [{ id: 90, chatId: 7 }, { id: 80, chatId: 9 }], NEXT: 80 },
      { MESSAGES: [{ id: 70, chatId: 7 }, { id: 60, chatId: 9 }], NEXT: 0 },
    ]
  }
  both()
  expect(await nextMention(7)).toEqual({ id: 70, chatId: 7 })
  expect(asked.map(([, params]) => params?.LAST_ID)).toEqual([undefined, 80])
  both()
  expect(await nextMention(7, 70)).toEqual({ id: 90, chatId: 7 })
  both()
  expect(await nextMention()).toEqual({ id: 60, chatId: 9 })
  both()
  expect(await nextMention(11)).toBeUndefined()
})

it.each([
  ['[USER=2]Ben[/USER]', true],
  ['[user=all]all[/user]', true],
  ['[USER=2 REPLACE]Ben[/USER]', true],
  ['[USER=22]Eva[/USER]', false],
])('%s mentions: %s', (text, mentions) => expect(isMention(text)).toBe(mentions))
