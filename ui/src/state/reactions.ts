/** Reactions: counts of what is shown, one's own at once, and undone where the portal refuses. */
import { call } from '@/api/portal'
import { me } from './me'
import type { ChatMessage } from './messages'
import { attempt } from './toasts'

export interface ReactionCount {
  MESSAGE_ID: number
  REACTION: string
  COUNT: number
  OWN: boolean
}

export interface ReactionCommand {
  dialogId: string
  messageId: number
  userId: number
  reaction: string
  /** How many react in this way by now. */
  count: number
}

/** The portal counts reactions of this many messages in one call. */
const AT_ONCE = 100

/** Ask for the reactions of messages. */
export async function loadReactions(messages: ChatMessage[]): Promise<void> {
  for (let from = 0; from < messages.length; from += AT_ONCE) {
    const part = messages.slice(from, from + AT_ONCE).filter((message) => message.id > 0 && !message.system)
    if (!part.length) continue
    const counts = await call<ReactionCount[]>('botyard.message.reaction.counts', { MESSAGE_IDS: part.map((message) => message.id) }).catch(() => null)
    if (counts) takeReactions(part, counts)
  }
}

export function takeReactions(messages: ChatMessage[], counts: ReactionCount[]): void {
  const byMessage = new Map<number, ReactionCount[]>()
  for (const entry of counts) byMessage.set(entry.MESSAGE_ID, [...(byMessage.get(entry.MESSAGE_ID) ?? []), entry])
  for (const message of messages) {
    const entries = byMessage.get(message.id) ?? []
    if (!entries.length && !message.reactions.length) continue
    message.reactions = entries.map(({ REACTION: reaction, COUNT: count, OWN: own }) => ({ reaction, count, own }))
  }
}

/** Show a reaction as a command has it. */
export function takeReaction(message: ChatMessage, { userId, reaction, count }: Omit<ReactionCommand, 'dialogId' | 'messageId'>, on: boolean): void {
  const before = message.reactions.find((entry) => entry.reaction === reaction)
  put(message, { reaction, count, own: userId === me.id ? on : (before?.own ?? false) })
}

/** Set or take back one's own reaction, before the portal has said so. */
function react(message: ChatMessage, reaction: string, on: boolean): void {
  const before = message.reactions.find((entry) => entry.reaction === reaction)
  if ((before?.own ?? false) !== on) put(message, { reaction, count: (before?.count ?? 0) + (on ? 1 : -1), own: on })
}

function put(message: ChatMessage, entry: ChatMessage['reactions'][number]): void {
  const before = message.reactions.find(({ reaction }) => reaction === entry.reaction)
  if (entry.count <= 0) message.reactions = message.reactions.filter((candidate) => candidate !== before)
  else if (before) Object.assign(before, entry)
  else message.reactions.push(entry)
}

/** React, or take the reaction back where it is set. */
export async function toggleReaction(message: ChatMessage, reaction: string): Promise<void> {
  const on = !message.reactions.some((entry) => entry.reaction === reaction && entry.own)
  react(message, reaction, on)
  const done = await attempt(async () => {
    await call('botyard.message.react', { MESSAGE_ID: message.id, REACTION: reaction, ON: on ? 'Y' : 'N' })
    return true
  })
  if (!done) react(message, reaction, !on)
}

export interface Reactor {
  userId: number
  date: string
}

/** Who has reacted in one way, and where the next page begins; 0 where there is none. */
export async function reactorsOf(messageId: number, reaction: string, after = 0, limit = 50): Promise<{ people: Reactor[]; next: number }> {
  const page = await call<{ PEOPLE: { USER_ID: number; DATE: string }[]; NEXT: number }>('botyard.message.reaction.list', {
    MESSAGE_ID: messageId,
    REACTION: reaction,
    LIMIT: limit,
    ...(after > 0 && { AFTER: after }),
  })
  return { people: page.PEOPLE.map(({ USER_ID: userId, DATE: date }) => ({ userId, date })), next: page.NEXT }
}
