import { beforeEach, expect, it, vi } from 'vitest'

vi.mock('./connection', () => ({ on: () => {}, onReload: () => {} }))
const asked: [string, Record<string, unknown> | undefined][] = []
let results: Record<string, unknown> = {}
vi.mock('@/api/portal', () => ({
  call: (method: string, params?: Record<string, unknown>) => {
    asked.push([method, params])
    return method in results ? Promise.resolve(results[method]) : Promise.reject(new Error('refused'))
  },
}))
const { among, findDialogs, findPeople, findThere, forgetSearches, joined, recentSearches, rememberSearch } = await import('./search')
const { chats } = await import('./chats')
const { me } = await import('./me')
const { person } = await import('./people')

const someone = (id: number, name: string): object => ({ id, name, work_position: 'Sales', avatar: '', color: '#123456', bot: false })

beforeEach(() => {
  me.id = 1
  asked.length = 0
  results = {
    'im.search.user.list': { 1: someone(1, 'Alice Müller'), 5: someone(5, 'Zoë Müller') },
    'im.search.chat.list': [{ id: 40, name: 'Müller & Sons', avatar: '', color: '#abcdef' }],
    'im.search.department.list': [{ id: 3, name: 'Mills', full_name: 'Company / Mills' }],
  }
})

it('finds people, and knows them then', async () => {
  expect((await findPeople(' mul ')).map(({ id, title, detail }) => [id, title, detail])).toEqual([['1', 'Alice Müller', 'Sales'], ['5', 'Zoë Müller', 'Sales']])
  expect(asked).toEqual([['im.search.user.list', { FIND: 'mul', LIMIT: 20 }]])
  expect(person(5)?.name).toBe('Zoë Müller')
})

it('has those first with whom one has written last', async () => {
  chats.rows.set('5', { last: { id: 70 } } as never)
  chats.rows.set('1', { last: { id: 60 } } as never)
  results['im.search.user.list'] = { 1: someone(1, 'Alice'), 3: someone(3, 'Al'), 5: someone(5, 'Alan') }
  expect((await findPeople('al')).map(({ id }) => id)).toEqual(['5', '1', '3'])
  chats.rows.clear()
})

it('finds nobody in an empty list', async () => {
  results['im.search.user.list'] = []
  expect(await findPeople('mul')).toEqual([])
})

it('finds people, chats and departments, but not oneself', async () => {
  expect((await findThere('mul')).map(({ kind, id }) => `${kind} ${id}`)).toEqual(['person 5', 'chat chat40', 'department 3'])
  expect((await findDialogs('mul')).map(({ kind, id }) => `${kind} ${id}`)).toEqual(['person 5', 'chat chat40'])
})

it('finds the rest where a part is refused', async () => {
  delete results['im.search.user.list']
  expect((await findThere('mul')).map(({ id }) => id)).toEqual(['chat40', '3'])
})

it('has own choices first, by the beginnings of words without accents', async () => {
  results['im.search.last.get'] = [
    { id: 'chat40', type: 'chat', title: 'Müller & Sons', avatar: { url: '', color: '' } },
    { id: 9, type: 'user', title: 'Ben Carter', avatar: { url: '', color: '' }, user: someone(9, 'Ben Carter') },
  ]
  const own = among(await recentSearches(), 'MULL')
  expect(joined(own, await findThere('mul')).map(({ id }) => id)).toEqual(['chat40', '5', '3'])
})

it('is remembered and forgotten at the portal, but for departments', async () => {
  results['im.search.last.add'] = results['im.search.last.delete'] = true
  const [found, , department] = await findThere('mul')
  asked.length = 0
  rememberSearch(found!)
  rememberSearch(department!)
  await forgetSearches([found!])
  expect(asked).toEqual([['im.search.last.add', { DIALOG_ID: '5' }], ['im.search.last.delete', { DIALOG_ID: '5' }]])
})
