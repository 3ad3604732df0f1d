/** Everybody whom the client has met, by id, as the portal shows them. */
import { reactive } from 'vue'
import type { Person } from '@/api/shapes'
import { call } from '@/api/portal'

const people = reactive(new Map<number, Person>())
const wanted = new Set<number>()
/** Who was asked for of late: those who are not shown to the caller are not asked for over and over. */
const asked = new Set<number>()
const AT_ONCE = 200

/** Keep what an answer or a command says of people. */
export function meet(several: Iterable<Partial<Person> & { id: number }>): void {
  for (const person of several) {
    if (person.id > 0 && person.name !== undefined) people.set(person.id, { ...people.get(person.id), ...person } as Person)
  }
}

/** A person, where the client has met them; who is unknown is asked for in the background. */
export function person(id: number): Person | undefined {
  const known = people.get(id)
  if (!known && id > 0) want(id)
  return known
}

export function nameOf(id: number): string {
  return person(id)?.name ?? ''
}

/** Nobody can be written to any more who is gone. */
export function leave(id: number): void {
  const known = people.get(id)
  if (known) known.active = false
}

export interface StatusChange {
  id: number
  status?: string
  idle?: boolean | string
  last_activity_date?: string | false
}

/** The statuses of people that have changed. */
export function changeStatus(changes: Iterable<StatusChange>): void {
  for (const change of changes) {
    const known = people.get(change.id)
    if (known) Object.assign(known, change)
  }
}

function want(id: number): void {
  if (wanted.has(id) || asked.has(id)) return
  if (wanted.size === 0) setTimeout(fetchWanted, 30)
  wanted.add(id)
}

async function fetchWanted(): Promise<void> {
  const ids = [...wanted].slice(0, AT_ONCE)
  for (const id of ids) {
    wanted.delete(id)
    asked.add(id)
  }
  if (wanted.size) setTimeout(fetchWanted, 30)
  try {
    const shown = await call<Record<string, Person | null>>('im.user.list.get', { ID: ids, RESULT_TYPE: 'object' })
    meet(Object.values(shown).filter((entry): entry is Person => entry !== null))
  } catch {
    // They are asked for again when they are shown again.
  }
  setTimeout(() => ids.forEach((id) => asked.delete(id)), 60_000)
}
