/**
 * Files that are being sent. A person chooses them, they stand in a strip above the field until they are sent, and then
 * in the conversation with what has been sent so far. One after the other, in the order in which they were chosen.
 */
import { reactive, watch } from 'vue'
import { ApiError } from '@/api/portal'
import type { File as SentFile } from '@/api/shapes'
import { Cancelled, upload } from '@/api/upload'
import { t } from '@/language'
import { connection } from './connection'
import { conversation, type Conversation } from './conversation'
import type { ChatMessage } from './messages'
import { show } from './sending'
import { toast } from './toasts'
import { uuid } from './uuid'

/** What the portal takes (`botyard.message.file.send`). */
export const LARGEST = 100 * 1024 * 1024

export interface Staged {
  id: string
  file: File
  /** An address of the browser's own, for a picture. */
  url: string
}

export interface Upload extends Staged {
  dialogId: string
  caption: string
  /** The message that it replies to; 0 for none. */
  replyId: number
  /** From 0 to 1. */
  progress: number
  state: 'waiting' | 'sending' | 'failed'
  /** Whether it is tried again by itself when the connection is back. */
  temporary: boolean
}

const staging = reactive(new Map<string, Staged[]>())
const uploads = reactive(new Map<string, Upload>())
const cancels = new Map<string, () => void>()
const busy = new Set<string>()

export function staged(dialogId: string): Staged[] {
  return staging.get(dialogId) ?? []
}

/** The upload that a message of this person stands for, while it is not accepted. */
export function uploadOf(messageUuid: string): Upload | undefined {
  return uploads.get(messageUuid)
}

/** Put files before the person, who may take some away before they are sent. */
export function stage(dialogId: string, files: Iterable<File>): void {
  const taken: Staged[] = []
  for (const file of files) {
    if (file.size > LARGEST) toast(t('upload.tooLarge', { name: file.name, size: LARGEST / 1024 / 1024 }), 'error')
    else if (file.size === 0) toast(t('upload.empty', { name: file.name }), 'error')
    else taken.push({ id: uuid(), file, url: /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type) ? URL.createObjectURL(file) : '' })
  }
  if (taken.length) staging.set(dialogId, [...staged(dialogId), ...taken])
}

export function unstage(dialogId: string, id: string): void {
  const gone = staged(dialogId).find((entry) => entry.id === id)
  if (gone?.url) URL.revokeObjectURL(gone.url)
  keepStaged(dialogId, staged(dialogId).filter((entry) => entry.id !== id))
}

function keepStaged(dialogId: string, left: Staged[]): void {
  if (left.length) staging.set(dialogId, left)
  else staging.delete(dialogId)
}

/** Send what is staged; the caption goes with the first file, and that one is the reply. */
export function sendStaged(dialogId: string, caption = '', replyId = 0): void {
  const shown = conversation(dialogId)
  const chosen = staged(dialogId)
  staging.delete(dialogId)
  shown.firstUnreadId = 0
  chosen.forEach((entry, index) => {
    const text = index ? '' : caption
    const to = index ? 0 : replyId
    uploads.set(entry.id, { ...entry, dialogId, caption: text, replyId: to, progress: 0, state: 'waiting', temporary: false })
    show(shown, { dialogId, uuid: entry.id, text, replyId: to, date: new Date().toISOString() })
    mark(shown, entry.id, 'sending')
  })
  void flush(shown)
}

async function flush(shown: Conversation): Promise<void> {
  if (busy.has(shown.dialogId)) return
  busy.add(shown.dialogId)
  try {
    for (;;) {
      const next = [...uploads.values()].find((entry) => entry.dialogId === shown.dialogId && entry.state === 'waiting')
      if (!next) return
      await send(shown, next)
    }
  } finally {
    busy.delete(shown.dialogId)
  }
}

async function send(shown: Conversation, entry: Upload): Promise<void> {
  Object.assign(entry, { state: 'sending', progress: 0 })
  mark(shown, entry.id, 'sending')
  const form = new FormData()
  form.set('DIALOG_ID', entry.dialogId)
  // The same name when it is sent again, so that a response that was lost makes no second message.
  form.set('TEMPLATE_ID', entry.id)
  form.set('NAME', entry.file.name)
  if (entry.caption) form.set('MESSAGE', entry.caption)
  if (entry.replyId) form.set('REPLY_ID', String(entry.replyId))
  form.set('CONTENT', entry.file, entry.file.name)
  const sending = upload<{ ID: number; FILE: SentFile | null }>('botyard.message.file.send', form, (part) => (entry.progress = part))
  cancels.set(entry.id, sending.cancel)
  try {
    const { ID, FILE } = await sending.done
    accepted(shown, entry, ID, FILE)
  } catch (fault) {
    if (fault instanceof Cancelled) return
    entry.state = 'failed'
    entry.temporary = fault instanceof ApiError && fault.temporary
    mark(shown, entry.id, 'failed', fault instanceof Error ? fault.message : String(fault))
  } finally {
    cancels.delete(entry.id)
  }
}

function mark(shown: Conversation, id: string, state: ChatMessage['state'], error = ''): void {
  const message = shown.outgoing.find((candidate) => candidate.uuid === id)
  if (message) Object.assign(message, { state, error })
}

function accepted(shown: Conversation, entry: Upload, messageId: number, file: SentFile | null): void {
  const message = shown.outgoing.find((candidate) => candidate.uuid === entry.id)
  drop(shown, entry)
  // The live command may have come first.
  if (!message || shown.hasLater || shown.messages.some((candidate) => candidate.id === messageId)) return
  shown.messages.push({ ...message, id: messageId, state: 'sent', error: '', files: file ? [file] : [] })
}

function drop(shown: Conversation, entry: Upload): void {
  uploads.delete(entry.id)
  shown.outgoing = shown.outgoing.filter((candidate) => candidate.uuid !== entry.id)
  if (entry.url) URL.revokeObjectURL(entry.url)
}

/** Try again; false where the message is no upload. */
export function retryUpload(messageUuid: string): boolean {
  const entry = uploads.get(messageUuid)
  if (!entry) return false
  entry.state = 'waiting'
  const shown = conversation(entry.dialogId)
  mark(shown, entry.id, 'sending')
  void flush(shown)
  return true
}

/** Do not send it after all, or no further; false where the message is no upload. */
export function cancelUpload(messageUuid: string): boolean {
  const entry = uploads.get(messageUuid)
  if (!entry) return false
  cancels.get(messageUuid)?.()
  drop(conversation(entry.dialogId), entry)
  return true
}

watch(
  () => connection.online,
  (online) => {
    if (online) for (const entry of uploads.values()) if (entry.state === 'failed' && entry.temporary) retryUpload(entry.id)
  },
)

// Files cannot be kept over a reload: the browser asks before it goes.
window.addEventListener('beforeunload', (event) => {
  if ([...uploads.values()].some((entry) => entry.state !== 'failed')) event.preventDefault()
})
