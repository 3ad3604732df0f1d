/**
 * In which chats somebody has mentioned the person in what is unread, and how often.
 *
 * The portal counts; live messages are added to that, and where a part was read or changed the portal is asked again.
 */
import { reactive } from 'vue'
import { call } from '@/api/portal'
import { on } from './connection'
import { me } from './me'

/** How many there are, by the ids of chats. */
const counts = reactive(new Map<number, number>())
/** Milliseconds, not the same for everybody: a message for all is changed for all at once. */
const LATER = 300 + Math.random() * 700
const PAGE = 50
/** So many pages of unread mentions are looked through for the next one. */
const PAGES = 10

/** How often the person is mentioned in what is unread of a chat. */
export function mentionsIn(chat: { chatId: number; counter: number }): number {
  return chat.counter > 0 ? (counts.get(chat.chatId) ?? 0) : 0
}

/** The chats with unread mentions, whether or not their rows were read. */
export function mentioningChats(): number[] {
  return [...counts.keys()]
}

export async function loadMentions(): Promise<void> {
  const listed = await call<{ CHAT_ID: number; COUNT: number }[]>('botyard.message.mention.counts')
  counts.clear()
  for (const { CHAT_ID, COUNT } of listed) counts.set(CHAT_ID, COUNT)
}

export function isMention(text: string): boolean {
  return new RegExp(`\\[user=(${me.id}|all)[ \\]]`, 'i').test(text)
}

/** A message has come that was not counted yet. */
export function countMention(chatId: number): void {
  counts.set(chatId, (counts.get(chatId) ?? 0) + 1)
}

/** The next unread mention of a chat behind a message, or of any chat: the oldest one. */
export async function nextMention(chatId = 0, after = 0): Promise<{ id: number; chatId: number } | undefined> {
  let next: { id: number; chatId: number } | undefined
  let last = 0
  for (let page = 0; page < PAGES; page++) {
    const params = { UNREAD: 'Y', LIMIT: PAGE, ...(chatId && { CHAT_ID: chatId }), ...(last && { LAST_ID: last }) }
    const { MESSAGES, NEXT } = await call<{ MESSAGES: { id: number; chatId: number }[]; NEXT: number }>('botyard.message.mention.list', params)
    for (const message of MESSAGES) {
      if (message.id <= after) continue
      if (!next || message.id < next.id) next = { id: message.id, chatId: message.chatId }
    }
    last = NEXT
    if (!last || last <= after) break
  }
  return next
}

let asking: ReturnType<typeof setTimeout> | undefined
function recount(): void {
  asking ??= setTimeout(() => {
    asking = undefined
    void loadMentions().catch(() => {})
  }, LATER)
}

for (const command of ['readMessage', 'readMessageChat']) {
  on<{ chatId: number; counter: number }>(command, ({ chatId, counter }) => {
    if (counter === 0) counts.delete(chatId)
    else if (counts.has(chatId)) recount()
  })
}
for (const command of ['unreadMessage', 'unreadMessageChat']) on(command, recount)
for (const command of ['chatUnread', 'chatHide']) {
  on<{ chatId: number; counter: number }>(command, ({ chatId, counter }) => void (counter === 0 && counts.delete(chatId)))
}
on<{ chatId: number; userId: number }>('chatUserLeave', ({ chatId, userId }) => void (userId === me.id && counts.delete(chatId)))
for (const command of ['messageUpdate', 'messageDelete', 'messageDeleteComplete']) {
  on<{ chatId: number; text?: string }>(command, ({ chatId, text }) => {
    if (counts.has(chatId) || isMention(text ?? '')) recount()
  })
}
