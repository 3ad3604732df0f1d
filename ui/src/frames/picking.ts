/** The dialog in which somebody chooses people for a page of an application; one at a time. */
import { reactive } from 'vue'
import type { Found } from '@/state/search'

export interface Picked {
  /** A person's id, or an access code: `DR5` is a department with all below it. */
  id: string
  name: string
}

/** What was chosen, without what a page has ruled out. */
export function pickedOf(found: Found[], blocked: string[]): Picked[] {
  return found
    .map(({ kind, id, title: name }) => ({ id: kind === 'department' ? `DR${id}` : id, name }))
    .filter(({ id }) => !blocked.includes(id) && !blocked.includes(`U${id}`))
}

export const picking = reactive({ open: false, several: false, access: false, blocked: [] as string[] })
let done: ((picked: Picked[] | null) => void) | null = null

/** Ask; null where nothing was chosen. A question that is open already ends with nothing. */
export function pick(several: boolean, access = false, blocked: string[] = []): Promise<Picked[] | null> {
  finish(null)
  Object.assign(picking, { open: true, several, access, blocked })
  return new Promise((resolve) => (done = resolve))
}

export function finish(picked: Picked[] | null): void {
  picking.open = false
  done?.(picked)
  done = null
}
