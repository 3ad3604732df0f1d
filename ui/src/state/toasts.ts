/** Short notes at the edge of the window, above all of what did not work. */
import { reactive } from 'vue'
import { ApiError } from '@/api/portal'

export interface Toast {
  id: number
  text: string
  kind: 'note' | 'error'
}

export const toasts = reactive<Toast[]>([])
let last = 0

export function toast(text: string, kind: Toast['kind'] = 'note'): void {
  const id = ++last
  toasts.push({ id, text, kind })
  setTimeout(() => dismiss(id), kind === 'error' ? 8000 : 4000)
}

export function dismiss(id: number): void {
  const at = toasts.findIndex((entry) => entry.id === id)
  if (at >= 0) toasts.splice(at, 1)
}

/** Run something that a person has asked for; what goes wrong is said. Returns undefined then. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (fault) {
    toast(fault instanceof ApiError ? fault.message : String(fault), 'error')
    return undefined
  }
}
