/** What was begun and not sent, by dialog; kept in the browser, for all its tabs. */
import { reactive } from 'vue'
import { me } from './me'
import type { Mention } from './mentions'
import type { ChatMessage } from './messages'

export interface Draft {
  text: string
  mentions: Mention[]
  /** The message that it answers. */
  reply: ChatMessage | null
}

const KEY = 'botyard.drafts'
const LONGEST_REPLY = 500
const drafts = reactive(new Map<string, Draft>())
let timer: ReturnType<typeof setTimeout> | undefined

const key = (): string => `${KEY}.${me.id}`

export function loadDrafts(): void {
  try {
    const kept = JSON.parse(localStorage.getItem(key()) ?? '[]') as [string, Draft][]
    drafts.clear()
    for (const [dialogId, { text, mentions, reply }] of kept) {
      if (typeof text === 'string') drafts.set(dialogId, { text, mentions: mentions ?? [], reply: reply ?? null })
    }
  } catch {
    // What cannot be read is no draft.
  }
}

export function draft(dialogId: string): Draft | undefined {
  return drafts.get(dialogId)
}

export function keepDraft(dialogId: string, text: string, mentions: Mention[] = [], reply: ChatMessage | null = null): void {
  if (text.trim() || reply) drafts.set(dialogId, { text, mentions, reply: reply && { ...reply, text: reply.text.slice(0, LONGEST_REPLY) } })
  else if (!drafts.delete(dialogId)) return
  clearTimeout(timer)
  timer = setTimeout(writeDrafts, 300)
}

export function writeDrafts(): void {
  clearTimeout(timer)
  timer = undefined
  localStorage.setItem(key(), JSON.stringify([...drafts]))
}

// A tab that is closed may have no time left; another tab has drafts, too.
window.addEventListener('pagehide', () => timer !== undefined && writeDrafts())
window.addEventListener('storage', (event) => {
  if (event.key === key() && timer === undefined) loadDrafts()
})
