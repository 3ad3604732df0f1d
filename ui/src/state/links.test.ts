import { beforeEach, expect, it, vi } from 'vitest'

const handlers = new Map<string, (params: unknown) => void>()
let reload: () => unknown = () => {}
vi.mock('./connection', () => ({ on: (command: string, handler: (params: unknown) => void) => handlers.set(command, handler), onReload: (again: () => unknown) => (reload = again) }))
let stored: number[] = []
const asked: Record<string, unknown>[] = []
vi.mock('@/api/portal', () => ({
  call: (_: string, params: { LIMIT: number; LAST_ID?: number }) => {
    asked.push(params)
    const older = stored.filter((id) => !params.LAST_ID || id < params.LAST_ID).sort((one, other) => other - one)
    const page = older.slice(0, params.LIMIT)
    const row = (id: number): object => ({ MESSAGE_ID: id, USER_ID: 1, DATE: '', URLS: [`https://a.test/${id}`] })
    return Promise.resolve({ LINKS: page.map(row), NEXT: older.length > page.length ? page.at(-1) : 0 })
  },
}))
const { linksOf, loadLinks, moreLinks } = await import('./links')

const tell = (command: string, params: object): void => handlers.get(command)?.({ dialogId: 'chat7', ...params })
const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 0))
const ids = (): number[] | undefined => linksOf('chat7')?.rows.map((row) => row.MESSAGE_ID)

beforeEach(async () => {
  stored = Array.from({ length: 60 }, (_, index) => 100 + index)
  await loadLinks('chat7')
  asked.length = 0
})

it('is read in parts', async () => {
  expect(ids()?.length).toBe(50)
  await moreLinks('chat7')
  expect([ids()?.length, ids()?.at(-1), linksOf('chat7')?.next]).toEqual([60, 100, 0])
  await moreLinks('chat7')
  expect(asked).toHaveLength(1)
})

it('has a new message with a link at once, and asks about no other', async () => {
  stored.push(200)
  tell('messageChat', { message: { id: 200, text: 'look: https://a.test/200' } })
  tell('messageChat', { message: { id: 201, text: 'nothing' } })
  tell('messageChat', { message: { id: 202, text: 'http:// is no link' } })
  tell('messageChat', { dialogId: 'chat8', message: { id: 203, text: 'https://b.test' } })
  await settle()
  expect(ids()?.slice(0, 2)).toEqual([200, 159])
  expect(asked.map(({ LAST_ID }) => LAST_ID)).toEqual([201, 203])
})

it('loses one whose message is deleted, or has no link any more', async () => {
  tell('messageDelete', { id: 159, text: '' })
  tell('messageDeleteComplete', { id: 158 })
  tell('messageUpdate', { id: 157, text: 'without' })
  expect(ids()?.[0]).toBe(156)
  stored = stored.filter((id) => id < 156)
  tell('messageUpdate', { id: 156, text: '[code]https://a.test/156[/code]' })
  await settle()
  expect(ids()?.[0]).toBe(155)
})

it('leaves what lies further back to its part', async () => {
  tell('messageUpdate', { id: 101, text: 'https://a.test/101' })
  await settle()
  expect(asked).toEqual([])
})

it('is read anew where commands were missed', async () => {
  stored = [300]
  await reload()
  expect(ids()).toEqual([300])
})
