/** Finding people, chats and departments: at once among what is known, and then at the portal. */
import { call } from '@/api/portal'
import type { Person } from '@/api/shapes'
import { matches } from './chatFilter'
import { chats, ordered, type ChatRow } from './chats'
import { me } from './me'
import { meet, person } from './people'

export interface Found {
  kind: 'person' | 'chat' | 'department'
  /** A dialog id, or the id of a department. */
  id: string
  title: string
  detail: string
  avatar: string
  color: string
  bot: boolean
}

interface Department {
  id: number
  name: string
  full_name: string
}

export function fromRow(row: ChatRow): Found {
  const detail = row.private ? (person(Number(row.dialogId))?.work_position ?? '') : ''
  const { title, avatar, color } = row
  return { kind: row.private ? 'person' : 'chat', id: row.dialogId, title, detail, avatar, color, bot: row.kind === 'bot' }
}

export function fromPerson(known: Person): Found {
  const { name: title, work_position: detail, avatar, color, bot } = known
  return { kind: 'person', id: String(known.id), title, detail, avatar, color, bot }
}

function fromDepartment({ id, name: title, full_name: detail }: Department): Found {
  return { kind: 'department', id: String(id), title, detail: detail === title ? '' : detail, avatar: '', color: '', bot: false }
}

/** What is found in the rows that were read already. */
export function findHere(phrase: string, limit = 8): Found[] {
  return ordered.value.filter((row) => matches(row.title, phrase)).slice(0, limit).map(fromRow)
}

/** Whether a phrase is long enough for the portal. */
export function long(phrase: string): boolean {
  return phrase.trim().length >= 2
}

export async function findPeople(phrase: string, limit = 20): Promise<Found[]> {
  const page = await call<Record<string, Person>>('im.search.user.list', { FIND: phrase.trim(), LIMIT: limit })
  const people = Object.values(page)
  // The portal puts those first with whom one has written last; an object of ids does not keep that.
  const lastId = ({ id }: Person): number => chats.rows.get(String(id))?.last.id ?? 0
  people.sort((one, other) => lastId(other) - lastId(one))
  meet(people)
  return people.map(fromPerson)
}

/** Group chats, by their titles and by who is in them. */
async function findChats(phrase: string): Promise<Found[]> {
  const page = await call<{ id: number; name: string; avatar: string; color: string }[]>('im.search.chat.list', { FIND: phrase.trim(), LIMIT: 20 })
  return page.map(({ id, name: title, avatar, color }) => ({ kind: 'chat', id: `chat${id}`, title, detail: '', avatar, color, bot: false }))
}

export async function findDepartments(phrase: string): Promise<Found[]> {
  return (await call<Department[]>('im.search.department.list', { FIND: phrase.trim(), LIMIT: 10 })).map(fromDepartment)
}

let near: Promise<Found[]> | undefined

/** Some people of the portal, before anything is typed; read once. */
export function somePeople(): Promise<Found[]> {
  near ??= call<{ ID?: string }[]>('user.get', { FILTER: { ACTIVE: true } }).then((found) => peopleOf(found.map(({ ID }) => Number(ID))))
  near.catch(() => (near = undefined))
  return near
}

async function peopleOf(ids: number[]): Promise<Found[]> {
  if (!ids.length) return []
  const people = await call<(Person | null)[]>('im.user.list.get', { ID: ids })
  const known = Object.values(people).filter((entry): entry is Person => entry !== null)
  meet(known)
  return known.map(fromPerson)
}

/** The people and chats that one can write to. */
export async function findDialogs(phrase: string): Promise<Found[]> {
  const [people, chats] = await Promise.all([findPeople(phrase).catch(() => []), findChats(phrase).catch(() => [])])
  return [...people.filter((entry) => entry.id !== String(me.id)), ...chats]
}

/** Everything that the portal finds, people first. */
export async function findThere(phrase: string): Promise<Found[]> {
  const [dialogs, departments] = await Promise.all([findDialogs(phrase), findDepartments(phrase).catch(() => [])])
  return [...dialogs, ...departments]
}

/** Those whose titles have the words of a phrase. */
export function among(all: Found[], phrase: string): Found[] {
  return all.filter((entry) => matches(entry.title, phrase))
}

/** The people of a department. */
export async function findInDepartment(id: string): Promise<Found[]> {
  const shown = await call<Record<string, Person[]>>('im.department.employees.get', { ID: [Number(id)], USER_DATA: 'Y' })
  const people = Object.values(shown).flat()
  meet(people)
  return people.filter((entry) => entry.id !== me.id).map(fromPerson)
}

/** One list without repetition, in the order of the parts. */
export function joined(...parts: Found[][]): Found[] {
  const all = new Map<string, Found>()
  for (const found of parts.flat()) {
    const key = `${found.kind}/${found.id}`
    if (!all.has(key)) all.set(key, found)
  }
  return [...all.values()]
}

export async function recentSearches(): Promise<Found[]> {
  const entries = await call<{ id: number | string; type: string; title: string; avatar: { url: string; color: string }; user?: Person }[]>('im.search.last.get')
  meet(entries.flatMap((entry) => (entry.user ? [entry.user] : [])))
  return entries.map(({ id, type, title, avatar, user }) => ({
    kind: type === 'user' ? 'person' : 'chat',
    id: String(id),
    title,
    detail: user?.work_position ?? '',
    avatar: avatar.url,
    color: avatar.color,
    bot: user?.bot ?? false,
  }))
}

export function rememberSearch(found: Found): void {
  if (found.kind !== 'department') call('im.search.last.add', { DIALOG_ID: found.id }).catch(() => {})
}

/** The rows that are offered before anything is typed. */
export function suggestions(): Found[] {
  return ordered.value.slice(0, 8).map(fromRow)
}


/** Forget what was searched for. */
export async function forgetSearches(several: Found[]): Promise<void> {
  await Promise.all(several.map(({ id }) => call('im.search.last.delete', { DIALOG_ID: id })))
}
