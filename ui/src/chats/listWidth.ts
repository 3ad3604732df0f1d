/** How wide the list is, in pixels for letters of 16 pixels; kept in the browser. */
import { ref } from 'vue'

export const NARROWEST = 240
export const WIDEST = 560
const KEY = 'botyard.list-width'

export const listWidth = ref(within(Number(localStorage.getItem(KEY)) || 320))

function within(width: number): number {
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)))
}

export function setListWidth(width: number): void {
  listWidth.value = within(width)
  localStorage.setItem(KEY, String(listWidth.value))
}
