/**
 * Where a list of messages stands. It follows its end, or else keeps one row where it is, whatever comes, goes or grows
 * above: earlier pages, pictures, reactions. Browsers have an anchor of their own for this, but not all of them.
 */
import type { Place } from '@/state/conversation'

/** Nearer to the end than this is at the end. */
const NEAR_END = 40

export interface HeldPlace {
  /** Whether the end is followed. */
  readonly atEnd: boolean
  /** Notice where the list stands; to be called when it was scrolled. */
  notice: () => void
  /** Put the list back to where it stood; to be called when its rows have changed. */
  hold: () => void
  toEnd: (behavior?: ScrollBehavior) => void
  /** Scroll to a row; false where it is not mounted. */
  toRow: (messageId: number, block: ScrollLogicalPosition, behavior?: ScrollBehavior) => boolean
  restore: (place: Place) => boolean
  place: () => Place | null
}

export function holdPlace(box: HTMLElement, mayFollow: () => boolean): HeldPlace {
  let following = true
  let place: Place | null = null

  const rows = (): HTMLElement[] => [...box.querySelectorAll<HTMLElement>('[data-message]')]
  const row = (messageId: number): HTMLElement | null => box.querySelector(`[data-message="${messageId}"]`)

  /** The first row whose lower end is below the upper edge, found by halving. */
  function topRow(): HTMLElement | undefined {
    const all = rows()
    const edge = box.getBoundingClientRect().top
    let low = 0
    let high = all.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((all[middle] as HTMLElement).getBoundingClientRect().bottom > edge) high = middle
      else low = middle + 1
    }
    return all[low]
  }

  function notice(): void {
    const below = box.scrollHeight - box.scrollTop - box.clientHeight
    following = below < NEAR_END && mayFollow()
    const top = following ? undefined : topRow()
    place = top ? { messageId: Number(top.dataset.message), offset: top.getBoundingClientRect().top - box.getBoundingClientRect().top } : null
  }

  function restore(wanted: Place): boolean {
    const at = row(wanted.messageId)
    if (!at) return false
    following = false
    place = wanted
    const moved = at.getBoundingClientRect().top - box.getBoundingClientRect().top - wanted.offset
    if (Math.abs(moved) >= 1) box.scrollTop += moved
    return true
  }

  return {
    get atEnd() {
      return following
    },
    notice,
    hold() {
      if (following) box.scrollTop = box.scrollHeight
      else if (!place || !restore(place)) notice()
    },
    toEnd(behavior = 'instant') {
      if (behavior === 'instant') following = true
      box.scrollTo({ top: box.scrollHeight, behavior })
    },
    toRow(messageId, block, behavior = 'instant') {
      const at = row(messageId)
      at?.scrollIntoView({ block, behavior })
      if (at && behavior === 'instant') notice()
      return at !== null
    },
    restore,
    place: () => place,
  }
}
