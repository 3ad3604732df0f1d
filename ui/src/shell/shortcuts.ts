/**
 * Keyboard shortcuts. Each part of the client adds its own with `addShortcut`; the dialog with the list shows all of them.
 *
 * Escape is a row of steps of its own: `onEscape` adds one, the first that does something ends it.
 */
import { reactive } from 'vue'
import type { Key } from '@/language'

export interface Shortcut {
  /** Such as `Ctrl+K` or `Alt+Shift+ArrowUp`; on a Mac ⌘ takes the place of Ctrl. */
  keys: string
  label: Key
  group: Key
  run: (event: KeyboardEvent) => unknown
  /** Also while something is being written. Shortcuts with Ctrl or Alt always work. */
  whileWriting?: boolean
  when?: () => boolean
}

export const shortcuts = reactive<Shortcut[]>([])
type Step = { order: number; run: () => boolean }
const steps: Step[] = []

export function addShortcut(shortcut: Shortcut): () => void {
  shortcuts.push(shortcut)
  return () => {
    const at = shortcuts.findIndex((entry) => entry.keys === shortcut.keys && entry.run === shortcut.run)
    if (at >= 0) shortcuts.splice(at, 1)
  }
}

/** What Escape does, lower orders first. A step returns whether it had something to do. */
export function onEscape(order: number, run: () => boolean): () => void {
  const step = { order, run }
  steps.push(step)
  steps.sort((one, other) => one.order - other.order)
  return () => void steps.splice(steps.indexOf(step), 1)
}

/** The keys of an event in the form of `Shortcut.keys`. Shift is left out where it only makes the sign, as in `?`. */
export function keysOf(event: KeyboardEvent): string {
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1]
  const modified = event.ctrlKey || event.metaKey || event.altKey
  const key = modified && letter ? letter : event.key.length === 1 ? event.key.toUpperCase() : event.key
  const shift = event.shiftKey && (modified || event.key.length > 1)
  return [event.ctrlKey || event.metaKey ? 'Ctrl' : '', event.altKey ? 'Alt' : '', shift ? 'Shift' : '', key].filter(Boolean).join('+')
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

export function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.key === undefined) return
  const keys = keysOf(event)
  // A dialog or menu closes by itself, and keeps the keys for itself.
  const within = document.querySelector('[role="dialog"],[role="alertdialog"],[role="menu"]') !== null
  if (keys === 'Escape') {
    if (!within && steps.some((step) => step.run())) event.preventDefault()
    return
  }
  const wanted = shortcuts.find(
    (entry) =>
      entry.keys.toUpperCase() === keys.toUpperCase() &&
      (entry.whileWriting || /Ctrl|Alt/.test(entry.keys) || !isWriting(event.target)) &&
      (entry.when?.() ?? true),
  )
  if (!wanted || within) return
  event.preventDefault()
  void wanted.run(event)
}

export function watchKeys(): () => void {
  window.addEventListener('keydown', pressed)
  return () => window.removeEventListener('keydown', pressed)
}

const isMac = /Mac|iP(hone|ad)/.test(navigator.platform)
const SIGNS: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', ...(isMac && { Ctrl: '⌘', Alt: '⌥', Shift: '⇧' }) }

/** The keys of a shortcut, one by one, as they stand on the keyboard. */
export function signs(keys: string): string[] {
  return keys.split('+').map((key) => SIGNS[key] ?? key)
}
