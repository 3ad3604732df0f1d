/** The text of the field by dialog: a draft, or the message that is being changed, whose draft waits meanwhile. */
import { computed, nextTick, ref, watch, type Ref } from 'vue'
import { call } from '@/api/portal'
import { composing, insertion, startReply, stopComposing, takeInsertion } from '@/state/composing'
import type { Conversation } from '@/state/conversation'
import { draft, keepDraft } from '@/state/drafts'
import { decode, encode, inUse, type Mention } from '@/state/mentions'
import { send } from '@/state/sending'
import { toast } from '@/state/toasts'
import { sendStaged, staged } from '@/state/uploads'

export function useField(shown: Conversation, field: Ref<HTMLTextAreaElement | null>) {
  const { dialogId } = shown
  const begun = draft(dialogId)
  const text = ref(begun?.text ?? '')
  const mentions = ref<Mention[]>(begun?.mentions ?? [])
  const what = computed(() => composing(dialogId))
  const editing = computed(() => what.value?.kind === 'edit')
  if (begun?.reply && !what.value) startReply(dialogId, begun.reply)

  function focus(caret = text.value.length): void {
    void nextTick(() => {
      field.value?.focus()
      field.value?.setSelectionRange(caret, caret)
    })
  }

  /** While a message is changed, the draft waits. */
  let changing = false

  function keep(): void {
    if (changing) return
    const reply = what.value?.kind === 'reply' ? what.value.message : null
    keepDraft(dialogId, text.value, inUse({ text: text.value, mentions: mentions.value }), reply)
  }

  watch(
    what,
    (now) => {
      if (now?.kind === 'edit') {
        changing = true
        const typed = decode(now.message.text)
        text.value = typed.text
        mentions.value = typed.mentions
      } else if (changing) {
        const kept = draft(dialogId)
        text.value = kept?.text ?? ''
        mentions.value = kept?.mentions ?? []
        changing = false
      }
      keep()
      if (now) focus()
    },
    { immediate: true, flush: 'sync' },
  )
  watch([text, mentions], keep, { flush: 'sync' })

  /** Put a text in the place of a part, so that the browser can undo it. */
  function replace(from: number, to: number, put: string, start = from + put.length, end = start): void {
    const at = field.value
    if (!at) return
    at.focus()
    at.setSelectionRange(from, to)
    const done = put ? document.execCommand?.('insertText', false, put) : document.execCommand?.('delete')
    if (!done && at.value.slice(from, from + put.length) !== put) at.setRangeText(put, from, to, 'end')
    text.value = at.value
    at.setSelectionRange(start, end)
  }

  watch(
    () => insertion(dialogId),
    (waiting) => {
      if (!waiting) return
      void nextTick(() => {
        const typed = decode(takeInsertion(dialogId), mentions.value)
        mentions.value = typed.mentions
        replace(field.value?.selectionStart ?? text.value.length, field.value?.selectionEnd ?? text.value.length, typed.text)
      })
    },
    { immediate: true },
  )

  /** Send the message with what is chosen beside it, or change the one that is being changed. */
  function submit(): boolean {
    const message = encode({ text: text.value, mentions: mentions.value }).trim()
    const now = what.value
    if (now?.kind === 'edit') {
      if (!message && !now.message.files.length) return false
      const id = now.message.id
      const before = now.message.text
      stopComposing(dialogId)
      if (message === before) return true
      setText(id, message)
      call('im.message.update', { MESSAGE_ID: id, MESSAGE: message }).catch((fault) => {
        setText(id, before)
        toast(fault instanceof Error ? fault.message : String(fault), 'error')
      })
      return true
    }
    const files = staged(dialogId).length > 0
    if (!message && !files) return false
    const replyId = now?.message.id ?? 0
    stopComposing(dialogId)
    if (files) sendStaged(dialogId, message, replyId)
    else send(dialogId, message, replyId)
    mentions.value = []
    text.value = ''
    return true
  }

  function setText(id: number, changed: string): void {
    const message = shown.messages.find((entry) => entry.id === id)
    if (message) message.text = changed
  }

  return { text, mentions, what, editing, replace, submit, focus }
}
