/** Small sets of names that outlive the page. */
import { userId } from '@/api/session'

/** A set that is written to the browser whenever it changes, for the person who is signed in. */
export function storedSet(key: string): Pick<Set<string>, 'has' | 'add' | 'delete'> {
  const name = `${key}.${userId()}`
  let values = new Set<string>()
  try {
    values = new Set(JSON.parse(localStorage.getItem(name) ?? '[]') as string[])
  } catch {
    // What cannot be read is empty.
  }
  const keep = (): void => localStorage.setItem(name, JSON.stringify([...values]))
  return {
    has: (value) => values.has(value),
    add(value) {
      values.add(value)
      keep()
      return values
    },
    delete(value) {
      const was = values.delete(value)
      if (was) keep()
      return was
    },
  }
}
