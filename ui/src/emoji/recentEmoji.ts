/** Emoji that were chosen last in this browser, and the tone of skin. */
import { ref } from 'vue'

const RECENT = 'botyard.emoji.recent'
const TONE = 'botyard.emoji.tone'
const KEPT = 24

export const recent = ref<string[]>(stored())
/** 0 for none, 1 to 5 from light to dark. */
export const tone = ref(Math.min(Math.max(Number(localStorage.getItem(TONE)) || 0, 0), 5))

function stored(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(RECENT) ?? '[]')
    return Array.isArray(list) ? list.filter((emoji) => typeof emoji === 'string').slice(0, KEPT) : []
  } catch {
    return []
  }
}

export function remember(emoji: string): void {
  recent.value = [emoji, ...recent.value.filter((known) => known !== emoji)].slice(0, KEPT)
  localStorage.setItem(RECENT, JSON.stringify(recent.value))
}

export function nextTone(): void {
  tone.value = (tone.value + 1) % 6
  localStorage.setItem(TONE, String(tone.value))
}
