/** Everybody in the portal, by their names. */
import { answer, call } from '@/api/portal'
import type { Person } from '@/api/shapes'
import { meet } from './people'

/** A page of people, and where the next begins (0: nowhere). */
export async function listPeople(start = 0): Promise<{ people: Person[]; next: number }> {
  const page = await answer<{ ID?: string }[]>('user.get', { FILTER: { ACTIVE: true }, SORT: 'NAME', ORDER: 'ASC', START: start })
  const ids = page.result.map((row) => Number(row.ID))
  if (!ids.length) return { people: [], next: 0 }
  const rows = await call<Record<string, Person | null>>('im.user.list.get', { ID: ids })
  const people = ids.map((id) => rows[id]).filter((entry): entry is Person => Boolean(entry))
  meet(people)
  return { people, next: page.next ?? 0 }
}
