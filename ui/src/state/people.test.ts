import { beforeEach, expect, it, vi } from 'vitest'

const asked: number[][] = []
vi.mock('@/api/portal', () => ({
  call: (_: string, { ID }: { ID: number[] }) => {
    asked.push(ID)
    return Promise.resolve(Object.fromEntries(ID.map((id) => [id, id < 900 ? { id, name: `Person ${id}` } : null])))
  },
}))
const { nameOf } = await import('./people')

beforeEach(() => {
  vi.useFakeTimers()
  asked.length = 0
})

it('asks together for those who are unknown, and for others who come later', async () => {
  expect([nameOf(1), nameOf(2), nameOf(1)]).toEqual(['', '', ''])
  await vi.advanceTimersByTimeAsync(50)
  expect(asked).toEqual([[1, 2]])
  expect([nameOf(1), nameOf(3)]).toEqual(['Person 1', ''])
  await vi.advanceTimersByTimeAsync(50)
  expect(asked).toEqual([[1, 2], [3]])
  expect(nameOf(3)).toBe('Person 3')
})

it('asks for very many in parts', async () => {
  for (let id = 100; id < 350; id++) nameOf(id)
  await vi.advanceTimersByTimeAsync(100)
  expect(asked.map((ids) => ids.length)).toEqual([200, 50])
  expect(nameOf(349)).toBe('Person 349')
})

it('asks for somebody who is not shown again only after a while', async () => {
  for (let time = 0; time < 3; time++) {
    nameOf(900)
    await vi.advanceTimersByTimeAsync(1000)
  }
  expect(asked).toEqual([[900]])
  await vi.advanceTimersByTimeAsync(60_000)
  nameOf(900)
  await vi.advanceTimersByTimeAsync(50)
  expect(asked).toEqual([[900], [900]])
})
