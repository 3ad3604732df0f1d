/** Applications that are open in a panel above the page, the last one on top. */
import { reactive } from 'vue'
import type { Opening } from '@/api/frames'

export interface Panel {
  id: number
  opening: Opening
  title: string
  /** Pixels; 0 for the usual width. */
  width: number
}

export const panels = reactive<Panel[]>([])
const waiting = new Map<number, () => void>()
const MOST = 5
let last = 0

/** Open an application in a panel. The promise ends when the panel is closed. */
export function openPanel(opening: Opening): Promise<void> {
  if (panels.length >= MOST) return Promise.resolve()
  const id = ++last
  const { bx24_title: title, bx24_width: width } = opening.options ?? {}
  panels.push({ id, opening, title: typeof title === 'string' ? title.slice(0, 255) : '', width: Math.max(0, Number(width) || 0) })
  return new Promise((resolve) => waiting.set(id, resolve))
}

export function closePanel(id: number): void {
  const at = panels.findIndex((panel) => panel.id === id)
  if (at < 0) return
  panels.splice(at, 1)
  waiting.get(id)?.()
  waiting.delete(id)
}
