/** Lists that come in parts, each part naming where the next begins. */
import { onScopeDispose, reactive } from 'vue'

export interface Parts<T> {
  rows: T[]
  next: number
  loaded: boolean
  busy: boolean
  error: string
}

/** A list that is read by `read(from)`; 0 begins, and is the end where it comes back. */
export function parts<T>(read: (from: number) => Promise<{ rows: T[]; next: number }>): { list: Parts<T>; begin: () => Promise<void>; more: () => Promise<void> } {
  const list = reactive({ rows: [], next: 0, loaded: false, busy: false, error: '' }) as Parts<T>
  let run = 0
  onScopeDispose(() => run++)

  async function take(from: number): Promise<void> {
    const number = ++run
    list.busy = true
    try {
      const part = await read(from)
      if (number !== run) return
      list.rows = from ? [...list.rows, ...part.rows] : part.rows
      Object.assign(list, { next: part.next, loaded: true, error: '' })
    } catch (fault) {
      if (number === run) list.error = fault instanceof Error ? fault.message : String(fault)
    } finally {
      if (number === run) list.busy = false
    }
  }
  return { list, begin: () => take(0), more: async () => void (list.next && !list.busy && (await take(list.next))) }
}
