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

/** Count a reaction that somebody has set or taken back. */
export function countReaction(message: ChatMessage, { userId, reaction }: Pick<ReactionCommand, 'userId' | 'reaction'>, step: 1 | -1): void {
  const own = userId === me.id
  const entry = message.reactions.find((candidate) => candidate.reaction === reaction)
  if (!entry) {
    if (step > 0) message.reactions.push({ reaction, count: 1, own })
    return
  }
  // The own ones are counted when they are made; the command of it comes later.
  if (own && entry.own === step > 0) return
  entry.count += step
  if (own) entry.own = step > 0
  if (entry.count <= 0) message.reactions = message.reactions.filter((candidate) => candidate.reaction !== reaction)
}

/** React, or take the reaction back where it is set. */
export async function toggleReaction(message: ChatMessage, reaction: string): Promise<void> {
  const on = !message.reactions.some((entry) => entry.reaction === reaction && entry.own)
  const mine = { userId: me.id, reaction }
  countReaction(message, mine, on ? 1 : -1)
  const done = await attempt(async () => {
    await call('botyard.message.react', { MESSAGE_ID: message.id, REACTION: reaction, ON: on ? 'Y' : 'N' })
    return true
  })
  if (!done) countReaction(message, mine, on ? -1 : 1)
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
