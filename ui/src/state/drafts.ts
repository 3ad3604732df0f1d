/** What was begun and not sent, by dialog; kept in the browser. */
import { reactive } from 'vue'
import { me } from './me'

export interface Draft {
  text: string
  replyId: number
}

const KEY = 'botyard.drafts'
const drafts = reactive(new Map<string, Draft>())
let timer: ReturnType<typeof setTimeout> | undefined

export function loadDrafts(): void {
  try {
    for (const [dialogId, draft] of JSON.parse(localStorage.getItem(`${KEY}.${me.id}`) ?? '[]')) drafts.set(dialogId, draft)
  } catch {
    // What cannot be read is no draft.
  }
}

export function draft(dialogId: string): Draft | undefined {
  return drafts.get(dialogId)
}

export function keepDraft(dialogId: string, text: string, replyId = 0): void {
  if (text.trim() || replyId) drafts.set(dialogId, { text, replyId })
  else drafts.delete(dialogId)
  clearTimeout(timer)
  timer = setTimeout(() => localStorage.setItem(`${KEY}.${me.id}`, JSON.stringify([...drafts])), 300)
}
