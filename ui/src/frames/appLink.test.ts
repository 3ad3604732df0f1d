import { beforeEach, expect, it, vi } from 'vitest'
import type { Widget } from '@/api/frames'

const went: string[] = []
vi.mock('@/router', () => ({ router: { push: (path: string) => (went.push(path), Promise.resolve()) } }))
const { followAppLink } = await import('./appLink')
const { panels } = await import('./panels')
const { widgets } = await import('./widgets')
const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 0))

beforeEach(() => {
  panels.splice(0)
  went.length = 0
  Object.assign(widgets, { loaded: true, all: [{ ID: 4, CLIENT_ID: 'local.a.1', PLACEMENT: 'REST_APP_URI', OPTIONS: {} } as Widget] })
})

it('opens the page for links with what the link says', async () => {
  expect(followAppLink('/marketplace/view/local.a.1/?params[docId]=42&URI=/x')).toBe(true)
  await settle()
  expect(panels.map(({ opening }) => opening)).toEqual([{ clientId: 'local.a.1', placement: 'REST_APP_URI', options: { docId: '42' } }])
  expect(went).toEqual([])
})

it('shows the own page of an application that has none for links', async () => {
  expect(followAppLink(`${location.origin}/marketplace/view/local.b.2/`)).toBe(true)
  await settle()
  expect([panels.length, went]).toEqual([0, ['/apps/local.b.2']])
})

it('leaves all other addresses alone', () => {
  expect(['https://evil.example/marketplace/view/local.a.1/', '/online/chat/5', ''].map(followAppLink)).toEqual([false, false, false])
})
