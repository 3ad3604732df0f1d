/**
 * Sending: a message is shown at once, and kept until the portal has accepted it, also over a reload.
 *
 * A message has a name of its own (TEMPLATE_ID), so that a call whose answer was lost is repeated without sending twice.
 */
import { ApiError, call } from '@/api/portal'
import { connection } from './connection'
import { conversation, type Conversation } from './conversation'
import { me } from './me'
import type { ChatMessage } from './messages'
import { cancelUpload, retryUpload, uploadOf } from './uploads'
import { uuid } from './uuid'
import { watch } from 'vue'

interface Kept {
  dialogId: string
  uuid: string
  text: string
  replyId: number
  date: string
}

const KEY = 'botyard.outgoing'
let lastId = 0

export function send(dialogId: string, text: string, replyId = 0): void {
  const shown = conversation(dialogId)
  shown.firstUnreadId = 0
  show(shown, { dialogId, uuid: uuid(), text, replyId, date: new Date().toISOString() })
  void flush(shown)
}

/** Try again what was refused or could not be sent. */
export function resend(dialogId: string, message: ChatMessage): void {
  if (retryUpload(message.uuid)) return
  message.state = 'waiting'
  void flush(conversation(dialogId))
}

/** Do not send it after all. */
export function discard(dialogId: string, message: ChatMessage): void {
  if (cancelUpload(message.uuid)) return
  const shown = conversation(dialogId)
  shown.outgoing = shown.outgoing.filter((entry) => entry.uuid !== message.uuid)
  keep()
}

/** Put a message among those that are being sent. */
export function show(shown: Conversation, kept: Kept): void {
  shown.outgoing.push({
    id: --lastId,
    key: kept.uuid,
    chatId: shown.dialog?.id ?? 0,
    authorId: me.id,
    date: kept.date,
    text: kept.text,
    system: false,
    uuid: kept.uuid,
    params: {},
    files: [],
    replyId: kept.replyId,
    forward: null,
    edited: false,
    deleted: false,
    reactions: [],
    state: 'waiting',
    error: '',
  })
  known.add(shown.dialogId)
  keep()
}

const known = new Set<string>()
const busy = new Set<string>()

/** Send what waits in a dialog, one after the other, in the order in which it was written. */
async function flush(shown: Conversation): Promise<void> {
  if (busy.has(shown.dialogId)) return
  busy.add(shown.dialogId)
  try {
    for (;;) {
      const message = shown.outgoing.find((entry) => entry.state === 'waiting')
      if (!message) return
      message.state = 'sending'
      try {
        const sent = await call<{ ID: number; CHAT_ID: number }>('botyard.message.send', {
          DIALOG_ID: shown.dialogId,
          MESSAGE: message.text,
          TEMPLATE_ID: message.uuid,
          ...(message.replyId > 0 && { REPLY_ID: message.replyId }),
        })
        accepted(shown, message, sent.ID)
      } catch (fault) {
        if (fault instanceof ApiError && fault.temporary) {
          message.state = 'waiting'
          setTimeout(() => void flush(shown), 3000)
          return
        }
        message.state = 'failed'
        message.error = fault instanceof Error ? fault.message : String(fault)
      }
    }
  } finally {
    busy.delete(shown.dialogId)
  }
}

function accepted(shown: Conversation, message: ChatMessage, id: number): void {
  const waiting = shown.outgoing.some((entry) => entry.uuid === message.uuid)
  shown.outgoing = shown.outgoing.filter((entry) => entry.uuid !== message.uuid)
  keep()
  // The live command may have come first.
  if (!waiting || shown.hasLater || shown.messages.some((entry) => entry.id === id)) return
  shown.messages.push({ ...message, id, state: 'sent', error: '' })
}

function keep(): void {
  const kept: Kept[] = []
  for (const dialogId of known) {
    // Files cannot be kept over a reload.
    for (const { uuid, text, replyId, date } of conversation(dialogId).outgoing) if (!uploadOf(uuid)) kept.push({ dialogId, uuid, text, replyId, date })
  }
  localStorage.setItem(`${KEY}.${me.id}`, JSON.stringify(kept))
}

/** Take up what an earlier page did not get sent. */
export function resume(): void {
  let kept: Kept[] = []
  try {
    kept = JSON.parse(localStorage.getItem(`${KEY}.${me.id}`) ?? '[]') as Kept[]
  } catch {
    return
  }
  for (const entry of kept) show(conversation(entry.dialogId), entry)
  flushAll()
}

function flushAll(): void {
  for (const dialogId of known) void flush(conversation(dialogId))
}

watch(() => connection.online, (online) => online && flushAll())
