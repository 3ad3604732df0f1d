import { beforeEach, expect, it, vi } from 'vitest'

const handlers: ((params: unknown) => void)[] = []
vi.mock('./connection', () => ({
  on: (command: string, handler: (params: unknown) => void) => command === 'messageChat' && handlers.push(handler),
  onReload: () => {},
  connection: { online: true },
}))
const ping = vi.fn()
vi.mock('./sound', () => ({ chime: ping }))

const notes: { title: string; options: NotificationOptions; onclick?: () => void; close: () => void }[] = []
class Note {
  static permission = 'granted'
  onclick?: () => void
  constructor(readonly title: string, readonly options: NotificationOptions) {
    notes.push(this)
  }
  close(): void {}
}
vi.stubGlobal('Notification', Note)

const { claim, startNotifying, worthTelling } = await import('./notify')
const { commandOf } = await import('./commands.fixture')
const { me } = await import('./me')
const { preferences } = await import('./preferences')
type MessageCommand = import('./chats').MessageCommand

let shown = ''
let focus = false
const open = vi.fn()
startNotifying({ shown: () => shown, open })

let id = 1000
function command(fields: Partial<MessageCommand> = {}): MessageCommand {
  const body = commandOf<MessageCommand>('messageChat')
  return { ...body, ...fields, message: { ...body.message, id: ++id, senderId: 1, text: 'News', date: new Date().toISOString() } }
}
async function arrive(fields: Partial<MessageCommand> = {}): Promise<void> {
  const body = command(fields)
  handlers.forEach((handler) => handler(body))
  await new Promise((done) => setTimeout(done, 250))
}

beforeEach(() => {
  me.id = 2
  shown = ''
  focus = false
  notes.length = 0
  ping.mockClear()
  preferences.sound = preferences.desktop = true
  vi.spyOn(document, 'hasFocus').mockImplementation(() => focus)
})

it('tells of what is news to this person', () => {
  const { message } = command()
  expect(worthTelling({ message, muted: false, notify: true })).toBe(true)
  expect(worthTelling({ message, muted: true, notify: true })).toBe(false)
  expect(worthTelling({ message, muted: false, notify: false })).toBe(false)
  expect(worthTelling({ message: { ...message, system: 'Y' }, muted: false, notify: true })).toBe(false)
  expect(worthTelling({ message: { ...message, senderId: me.id }, muted: false, notify: true })).toBe(false)
  expect(worthTelling({ message, muted: false, notify: true }, Date.now() + 120_000)).toBe(false)
})

it('sounds, shows a note, and opens the chat on a click', async () => {
  await arrive()
  expect(ping).toHaveBeenCalledOnce()
  expect(notes.map((note) => note.title)).toEqual(['Release'])
  expect(notes[0]?.options.body).toContain('News')
  notes[0]?.onclick?.()
  expect(open).toHaveBeenCalledWith(commandOf<MessageCommand>('messageChat').dialogId, id)
})

it('keeps silent where the chat is looked at, here or in another tab', async () => {
  focus = true
  shown = commandOf<MessageCommand>('messageChat').dialogId
  await arrive()
  shown = ''
  const other = new BroadcastChannel('botyard.seen')
  other.postMessage(id + 1)
  await new Promise((done) => setTimeout(done, 20))
  await arrive()
  other.close()
  expect(ping).not.toHaveBeenCalled()
})

it('sounds without a note where another chat of this window is looked at, and as the person has set', async () => {
  focus = true
  await arrive()
  expect([ping.mock.calls.length, notes.length]).toEqual([1, 0])
  focus = false
  preferences.sound = preferences.desktop = false
  await arrive()
  expect([ping.mock.calls.length, notes.length]).toEqual([1, 0])
})

it('is claimed by one tab', async () => {
  expect(await Promise.all([claim(5000), claim(5000), claim(4999)])).toEqual([true, false, false])
})
