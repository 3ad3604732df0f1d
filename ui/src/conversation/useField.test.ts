import { beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'

const asked: [string, Record<string, unknown>][] = []
let refuse = false
vi.mock('@/api/portal', () => {
  class ApiError extends Error {}
  const call = (method: string, params: Record<string, unknown>): Promise<unknown> => {
    asked.push([method, params])
    return refuse ? Promise.reject(new ApiError('Too late')) : Promise.resolve({ ID: 900 })
  }
  return { ApiError, call, answer: call, batch: call }
})
vi.mock('@/state/connection', () => ({ on: () => {}, onReload: () => {}, connection: { online: true } }))

const { conversation } = await import('@/state/conversation')
const { insert, startEdit, startReply, stopComposing } = await import('@/state/composing')
const { draft } = await import('@/state/drafts')
const { toasts } = await import('@/state/toasts')
const { useField } = await import('./useField')

let count = 0
let dialogId = ''
let scope: EffectScope
const field = ref<HTMLTextAreaElement | null>(null)

function begin() {
  scope = effectScope()
  return scope.run(() => useField(conversation(dialogId), field))!
}

function message(id: number, text: string): never {
  const made = { id, text, authorId: 1, files: [], state: 'sent', key: String(id), uuid: '' } as never
  conversation(dialogId).messages.push(made)
  return conversation(dialogId).messages.at(-1) as never
}

beforeEach(() => {
  scope?.stop()
  dialogId = `chat${++count}`
  asked.length = 0
  refuse = false
  field.value = document.body.appendChild(document.createElement('textarea'))
})

it('has the draft back after a message was changed, whether it is saved or not', async () => {
  const { text, submit } = begin()
  text.value = 'half a thought'
  for (const save of [true, false]) {
    startEdit(dialogId, message(7, 'Hi [USER=2]Ben[/USER]'))
    expect(text.value).toBe('Hi @Ben')
    text.value = 'Bye @Ben'
    expect(draft(dialogId)?.text).toBe('half a thought')
    if (save) submit()
    else stopComposing(dialogId)
    expect(text.value).toBe('half a thought')
  }
  expect(asked).toEqual([['im.message.update', { MESSAGE_ID: 7, MESSAGE: 'Bye [USER=2]Ben[/USER]' }]])
})

it('shows a change at once, and takes it back where the portal refuses', async () => {
  const { text, submit } = begin()
  const changed = message(7, 'old') as { text: string }
  startEdit(dialogId, changed as never)
  text.value = 'new'
  refuse = true
  submit()
  expect(changed.text).toBe('new')
  await new Promise((done) => setTimeout(done, 0))
  expect(changed.text).toBe('old')
  expect(toasts.at(-1)?.text).toBe('Too late')
})

it('asks nothing for what was not changed', () => {
  const { submit } = begin()
  startEdit(dialogId, message(7, 'same'))
  expect(submit()).toBe(true)
  expect(asked).toEqual([])
})

it('keeps what is answered with the draft, and lets go of both on sending', () => {
  const { text, submit } = begin()
  startReply(dialogId, message(7, 'a question'))
  text.value = 'an answer'
  expect(draft(dialogId)).toMatchObject({ text: 'an answer', reply: { id: 7 } })
  scope.stop()
  stopComposing(dialogId)
  const again = begin()
  expect(again.what.value).toMatchObject({ kind: 'reply', message: { id: 7 } })
  again.submit()
  expect(asked[0]).toMatchObject(['botyard.message.send', { MESSAGE: 'an answer', REPLY_ID: 7 }])
  expect([again.text.value, again.what.value, draft(dialogId)]).toEqual(['', undefined, undefined])
  expect(submit).toBeTypeOf('function')
})

it('puts in what a button of a bot or a quote wants to have in the field', async () => {
  const { text } = begin()
  insert(dialogId, 'see [USER=2]Ben[/USER]')
  await nextTick()
  await nextTick()
  expect(text.value).toBe('see @Ben')
})
