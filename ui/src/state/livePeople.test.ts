import { beforeEach, expect, it, vi } from 'vitest'

const handlers = new Map<string, (params: unknown) => void>()
vi.mock('./connection', () => ({ on: (command: string, handler: (params: unknown) => void) => handlers.set(command, handler), onReload: () => {} }))
vi.mock('@/api/portal', () => ({ call: () => Promise.resolve([]), answer: () => Promise.resolve({ result: { items: [] } }) }))
const { chats } = await import('./chats')
const { meet, person } = await import('./people')
await import('./livePeople')

const ben = (more: object = {}): object => ({ id: 2, name: 'Ben Carter', avatar: '', color: '#64a513', status: 'online', ...more })

beforeEach(() => {
  chats.rows.clear()
  meet([ben() as never])
  chats.rows.set('2', { dialogId: '2', title: 'Ben Carter', avatar: '', color: '#64a513' } as never)
})

it.each(['userUpdate', 'botUpdate'])('shows a new name and picture: %s', (command) => {
  handlers.get(command)?.({ user: ben({ name: 'Benjamin', avatar: '/avatar/b.png' }) })
  expect(person(2)).toMatchObject({ name: 'Benjamin', avatar: '/avatar/b.png' })
  expect(chats.rows.get('2')).toMatchObject({ title: 'Benjamin', avatar: '/avatar/b.png' })
})

it('shows that a bot is gone', () => {
  handlers.get('botDelete')?.({ botId: 2 })
  expect(person(2)?.active).toBe(false)
})

it('shows who is there, and knows nobody by a status alone', () => {
  handlers.get('userStatus')?.({ users: { 2: { id: 2, status: 'dnd', idle: false }, 3: { id: 3, status: 'away' } } })
  expect(person(2)).toMatchObject({ name: 'Ben Carter', status: 'dnd' })
  expect(person(3)).toBeUndefined()
})
