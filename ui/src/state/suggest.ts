/** What can be suggested to somebody who writes: commands, people of the chat, chats. */
import { call } from '@/api/portal'
import type { Command } from '@/conversation/triggers'
import { camelPeople } from './camel'
import { matches } from './chatFilter'
import { ordered, type ChatRow } from './chats'
import { on } from './connection'
import { me } from './me'
import { meet, person } from './people'

export interface Member {
  id: string
  name: string
  detail: string
  avatar: string
  color: string
  bot: boolean
}

const KEPT_FOR = 5 * 60_000
const commands = new Map<string, { until: number; list: Promise<Command[]> }>()
const members = new Map<string, { until: number; list: Promise<Member[]> }>()

/** All commands of a dialog; a few hundred bytes that are read once. */
export function commandsOf(dialogId: string): Promise<Command[]> {
  return cached(commands, dialogId, () => call<Command[]>('botyard.chat.command.list', { DIALOG_ID: dialogId }))
}

/** Those in the dialog whose names begin so. */
export function membersLike(dialogId: string, phrase: string): Promise<Member[]> {
  const wanted = phrase.trim()
  if (!dialogId.startsWith('chat')) {
    const other = memberOf(Number(dialogId))
    return Promise.resolve(other && matches(other.name, wanted) ? [other] : [])
  }
  return cached(members, `${dialogId}/${wanted.toLowerCase()}`, async () => {
    const page = await call<{ MEMBERS: { USER: Record<string, unknown> }[] }>('botyard.chat.member.list', {
      DIALOG_ID: dialogId,
      LIMIT: 20,
      ...(wanted && { FIND: wanted }),
    })
    const people = camelPeople(page.MEMBERS.map((entry) => entry.USER))
    meet(people)
    return people.filter(({ id }) => id !== me.id).map(({ id }) => memberOf(id)).filter((entry) => entry !== undefined)
  })
}

function memberOf(id: number): Member | undefined {
  const known = person(id)
  return known && { id: String(id), name: known.name, detail: known.work_position, avatar: known.avatar, color: known.color, bot: known.bot }
}

export function chatsLike(phrase: string): ChatRow[] {
  return ordered.value.filter((row) => !row.private && matches(row.title, phrase)).slice(0, 8)
}

function cached<T>(cache: Map<string, { until: number; list: Promise<T> }>, key: string, read: () => Promise<T>): Promise<T> {
  const known = cache.get(key)
  if (known && known.until > Date.now()) return known.list
  const list = read()
  cache.set(key, { until: Date.now() + KEPT_FOR, list })
  list.catch(() => cache.delete(key))
  return list
}

for (const command of ['commandAdd', 'commandUpdate', 'commandDelete']) on(command, () => commands.clear())
for (const command of ['chatUserAdd', 'chatUserLeave']) {
  on(command, () => {
    commands.clear()
    members.clear()
  })
}
