/** People as methods of the second generation write them, in the manner of the first. */
import type { Person } from '@/api/shapes'

export function camelPeople(several: Record<string, unknown>[]): (Partial<Person> & { id: number })[] {
  return several.map(
    (person) =>
      Object.fromEntries(
        Object.entries(person).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
      ) as Partial<Person> & { id: number },
  )
}
