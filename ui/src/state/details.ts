/** Whether the panel of the open chat is shown: beside it where there is room, which is kept; else above it, for now. */
import { computed, reactive } from 'vue'
import { onEscape } from '@/shell/shortcuts'

const KEY = 'botyard.details'
const query = matchMedia('(min-width: 1280px)')
const panel = reactive({ wide: query.matches, kept: localStorage.getItem(KEY) === '1', over: false })
query.addEventListener('change', () => Object.assign(panel, { wide: query.matches, over: false }))

export const detailsOpen = computed(() => (panel.wide ? panel.kept : panel.over))
/** Whether it covers the conversation. */
export const detailsOver = computed(() => !panel.wide)

export function toggleDetails(open = !detailsOpen.value): void {
  if (!panel.wide) return void (panel.over = open)
  panel.kept = open
  localStorage.setItem(KEY, open ? '1' : '0')
}

onEscape(20, () => {
  if (!panel.over || panel.wide) return false
  panel.over = false
  return true
})
