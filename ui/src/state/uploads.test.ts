import { beforeEach, expect, it, vi } from 'vitest'

vi.mock('./connection', async () => {
  const { reactive } = await import('vue')
  return { on: () => {}, onReload: () => {}, connection: reactive({ online: true }) }
})
vi.mock('@/api/session', () => ({ token: () => Promise.resolve('t1'), renew: vi.fn(() => Promise.resolve('t2')), userId: () => 1, scopes: () => [] }))

/** The browser's requests, whose answers the test decides. */
class Request {
  static all: Request[] = []
  upload = { onprogress: (_: object): void => {} }
  headers: Record<string, string> = {}
  status = 0
  responseText = ''
  statusText = ''
  aborted = false
  form = new FormData()
  onload = (): void => {}
  onerror = (): void => {}
  onabort = (): void => {}
  address = ''
  open(_: string, address: string): void {
    this.address = address
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value
  }
  send(form: FormData): void {
    this.form = form
    Request.all.push(this)
  }
  abort(): void {
    this.aborted = true
    this.onabort()
  }
  respond(status: number, body: object): void {
    Object.assign(this, { status, responseText: JSON.stringify(body) })
    this.onload()
  }
}
vi.stubGlobal('XMLHttpRequest', Request)

const { conversation } = await import('./conversation')
const { connection } = await import('./connection')
const { cancelUpload, LARGEST, retryUpload, sendStaged, stage, staged, unstage, uploadOf } = await import('./uploads')
const { resend, send } = await import('./sending')
const { toasts } = await import('./toasts')

const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 5))
const file = (name: string, type = 'text/plain', size = 5): File => {
  const made = new File(['x'.repeat(Math.min(size, 10))], name, { type })
  Object.defineProperty(made, 'size', { value: size })
  return made
}
const answerOf = (id: number): object => ({ result: { ID: id + 100, CHAT_ID: 7, FILE: { id, name: 'a.txt' } } })
let count = 0
let dialogId = ''
const shown = () => conversation(dialogId)

beforeEach(() => {
  Request.all = []
  toasts.splice(0)
  localStorage.clear()
  connection.online = true
  dialogId = `chat${++count}`
})

it('stages what may be sent, and says why other files may not', () => {
  stage(dialogId, [file('a.txt'), file('big.iso', '', LARGEST + 1), file('none.txt', '', 0), file('p.png', 'image/png')])
  expect(staged(dialogId).map((entry) => [entry.file.name, entry.url !== ''])).toEqual([['a.txt', false], ['p.png', true]])
  expect(toasts).toHaveLength(2)
  unstage(dialogId, staged(dialogId)[0]!.id)
  expect(staged(dialogId).map((entry) => entry.file.name)).toEqual(['p.png'])
})

it('sends one after the other, the caption with the first', async () => {
  stage(dialogId, [file('a.txt'), file('b.txt')])
  sendStaged(dialogId, 'Two files')
  expect(staged(dialogId)).toEqual([])
  expect(shown().outgoing.map((message) => [message.text, message.state])).toEqual([['Two files', 'sending'], ['', 'sending']])
  await settle()
  expect(Request.all).toHaveLength(1)
  const [first] = Request.all
  expect([first!.address, first!.headers.Authorization]).toEqual(['/rest/botyard.message.file.send.json', 'Bearer t1'])
  expect(Object.fromEntries([...first!.form].map(([name, value]) => [name, value instanceof File ? value.name : value]))).toMatchObject({
    DIALOG_ID: dialogId, TEMPLATE_ID: shown().outgoing[0]!.uuid, NAME: 'a.txt', MESSAGE: 'Two files', CONTENT: 'a.txt',
  })
  const { uuid } = shown().outgoing[0]!
  first!.upload.onprogress({ lengthComputable: true, loaded: 2, total: 8 })
  expect(uploadOf(uuid)?.progress).toBe(0.25)
  first!.respond(200, answerOf(1))
  await settle()
  expect(uploadOf(uuid)).toBeUndefined()
  expect(shown().messages.map((message) => [message.id, message.files[0]?.id])).toEqual([[101, 1]])
  expect(Request.all[1]!.form.get('MESSAGE')).toBeNull()
  Request.all[1]!.respond(200, answerOf(2))
  await settle()
  expect(shown().outgoing).toEqual([])
})

it('replies with the first file', async () => {
  stage(dialogId, [file('a.txt'), file('b.txt')])
  sendStaged(dialogId, '', 77)
  expect(shown().outgoing.map((message) => message.replyId)).toEqual([77, 0])
  await settle()
  expect(Request.all[0]!.form.get('REPLY_ID')).toBe('77')
  Request.all[0]!.respond(200, answerOf(1))
  await settle()
  expect(shown().messages[0]?.replyId).toBe(77)
  expect(Request.all[1]!.form.get('REPLY_ID')).toBeNull()
})

it('does not show a message twice whose command came first', async () => {
  stage(dialogId, [file('a.txt')])
  sendStaged(dialogId)
  await settle()
  shown().messages.push({ id: 101, uuid: 'other' } as never)
  Request.all[0]!.respond(200, answerOf(1))
  await settle()
  expect(shown().messages).toHaveLength(1)
})

it('stops a file that is cancelled, and goes on with the next', async () => {
  stage(dialogId, [file('a.txt'), file('b.txt')])
  sendStaged(dialogId)
  await settle()
  expect(cancelUpload(shown().outgoing[0]!.uuid)).toBe(true)
  expect(Request.all[0]!.aborted).toBe(true)
  await settle()
  expect(shown().outgoing).toHaveLength(1)
  expect(Request.all[1]!.form.get('NAME')).toBe('b.txt')
  cancelUpload(shown().outgoing[0]!.uuid)
})

it('can send again what failed, as any message', async () => {
  stage(dialogId, [file('a.txt')])
  sendStaged(dialogId)
  await settle()
  Request.all[0]!.respond(403, { error: 'ACCESS_DENIED', error_description: 'Access denied' })
  await settle()
  const message = shown().outgoing[0]!
  expect([message.state, message.error]).toEqual(['failed', 'Access denied'])
  resend(dialogId, message)
  await settle()
  expect(shown().outgoing[0]!.state).toBe('sending')
  Request.all[1]!.respond(200, answerOf(1))
  await settle()
  expect(shown().outgoing).toEqual([])
})

it('tries again by itself when a lost connection is back, but not what was refused', async () => {
  stage(dialogId, [file('a.txt'), file('b.txt')])
  sendStaged(dialogId)
  await settle()
  connection.online = false
  Request.all[0]!.onerror()
  await settle()
  Request.all[1]!.respond(400, { error: 'UPLOAD_FAILED' })
  await settle()
  expect(shown().outgoing.map((message) => message.state)).toEqual(['failed', 'failed'])
  connection.online = true
  await settle()
  expect(shown().outgoing.map((message) => message.state)).toEqual(['sending', 'failed'])
  shown().outgoing.forEach((message) => cancelUpload(message.uuid))
})

it('renews a token that has expired, once', async () => {
  stage(dialogId, [file('a.txt')])
  sendStaged(dialogId)
  await settle()
  Request.all[0]!.respond(401, { error: 'expired_token' })
  await settle()
  expect(Request.all).toHaveLength(2)
  Request.all[1]!.respond(401, { error: 'expired_token' })
  await settle()
  expect(shown().outgoing[0]!.state).toBe('failed')
  expect(retryUpload('unknown')).toBe(false)
  cancelUpload(shown().outgoing[0]!.uuid)
})

it('keeps texts over a reload, and no files', async () => {
  vi.stubGlobal('fetch', () => new Promise(() => {}))
  stage(dialogId, [file('a.txt')])
  sendStaged(dialogId)
  send(dialogId, 'a text')
  const kept = JSON.parse(localStorage.getItem('botyard.outgoing.1') ?? '[]') as { text: string; dialogId: string }[]
  expect(kept.filter((entry) => entry.dialogId === dialogId).map((entry) => entry.text)).toEqual(['a text'])
})
