/** How the rows of a list of messages are reached: pointer, long press, keys. One set of handlers serves all rows. */
import { nextTick } from 'vue'
import type { ChatMessage } from '@/state/messages'
import { useList } from './lists'

const LONG_PRESS = 450
const STEADY = 10

export function usePointing(messages: () => ChatMessage[], box: () => HTMLElement | null) {
  const list = useList()
  let press: { timer: ReturnType<typeof setTimeout>; x: number; y: number } | null = null

  const rowOf = (target: EventTarget | null): HTMLElement | null => (target instanceof Element ? target.closest<HTMLElement>('[data-key]') : null)
  const messageOf = (target: EventTarget | null): ChatMessage | undefined => {
    const key = rowOf(target)?.dataset.key
    return key === undefined ? undefined : messages().find((message) => message.key === key)
  }

  function openMenu(message: ChatMessage | undefined, x: number, y: number): boolean {
    if (!message || message.state !== 'sent') return false
    list.picker = null
    list.menu = { message, x, y }
    return true
  }

  /** Below the bubble of the row that has the focus. */
  function openMenuAtRow(row: HTMLElement): boolean {
    const bubble = (row.querySelector('[data-bubble]') ?? row).getBoundingClientRect()
    return openMenu(messageOf(row), bubble.left + 24, Math.min(bubble.bottom, bubble.top + 40))
  }

  function focusRow(row: HTMLElement | undefined): void {
    if (!row?.dataset.key) return
    list.focused = row.dataset.key
    void nextTick(() => {
      row.focus({ preventScroll: true })
      row.scrollIntoView({ block: 'nearest' })
    })
  }

  function walk(event: KeyboardEvent, row: HTMLElement): void {
    const rows = [...(box()?.querySelectorAll<HTMLElement>('[data-key]') ?? [])]
    const at = rows.indexOf(row)
    const steps: Record<string, number> = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: Math.max(0, at - 10), PageDown: Math.min(rows.length - 1, at + 10), Home: 0, End: rows.length - 1 }
    const next = steps[event.key]
    if (next === undefined) return
    event.preventDefault()
    if (next >= rows.length) focusField()
    else focusRow(rows[Math.max(0, next)])
  }

  function pressed(event: KeyboardEvent): void {
    const row = event.target instanceof HTMLElement && event.target.dataset.key !== undefined ? event.target : null
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Enter' || event.key === ' ' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      if (openMenuAtRow(row)) event.preventDefault()
    } else if (event.key === 'Escape') {
      event.stopPropagation()
      focusField()
    } else walk(event, row)
  }

  const cancel = (): void => {
    clearTimeout(press?.timer)
    press = null
  }

  const handlers = {
    pointerover(event: PointerEvent) {
      if (event.pointerType === 'touch') return
      list.hovered = rowOf(event.target)?.dataset.key ?? ''
    },
    pointerleave() {
      list.hovered = ''
    },
    contextmenu(event: MouseEvent) {
      cancel()
      // The menu key is told of as a contextmenu too, in the middle of nowhere.
      const row = rowOf(event.target)
      if (row && event.button !== 2 && event.clientX === 0 && event.clientY === 0) {
        if (openMenuAtRow(row)) event.preventDefault()
      } else if (openMenu(messageOf(event.target), event.clientX, event.clientY)) event.preventDefault()
    },
    pointerdown(event: PointerEvent) {
      cancel()
      if (event.pointerType !== 'touch') return
      const { clientX: x, clientY: y, target } = event
      press = { x, y, timer: setTimeout(() => openMenu(messageOf(target), x, y), LONG_PRESS) }
    },
    pointermove(event: PointerEvent) {
      if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > STEADY) cancel()
    },
    pointerup: cancel,
    pointercancel: cancel,
    keydown: pressed,
    focusin(event: FocusEvent) {
      const key = rowOf(event.target)?.dataset.key
      if (key !== undefined) list.focused = key
    },
  }

  /** Put the focus on the row that had it last, or on the last one. */
  function focus(): void {
    const rows = [...(box()?.querySelectorAll<HTMLElement>('[data-key]') ?? [])]
    focusRow(rows.find((row) => row.dataset.key === list.focused) ?? rows.at(-1))
  }

  return { handlers, focus }
}

/** Put the focus into the field to write in. */
export function focusField(): void {
  document.querySelector<HTMLElement>('main textarea')?.focus()
}
