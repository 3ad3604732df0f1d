import { beforeEach, expect, it, vi } from 'vitest'

const call = vi.hoisted(() => vi.fn())
vi.mock('@/api/portal', () => ({ call }))

beforeEach(() => {
  vi.resetModules()
  call.mockReset()
})

it('asks for several pictures in one call, and for each once', async () => {
  const { pictureUrl } = await import('./pictures')
  call.mockImplementation(async (_method: string, { URLS }: { URLS: string[] }) =>
    URLS.filter((url) => url.startsWith('https:')).map((URL) => ({ URL, SHOWN_AT: `/picture/s/${URL.length}` })),
  )
  const shown = await Promise.all(['https://a.test/1.png', 'https://b.test/22.png', 'https://a.test/1.png', 'ftp://c.test/x'].map(pictureUrl))
  expect(shown).toEqual(['/picture/s/20', '/picture/s/21', '/picture/s/20', ''])
  expect(call.mock.calls).toEqual([['botyard.picture.get', { URLS: ['https://a.test/1.png', 'https://b.test/22.png', 'ftp://c.test/x'] }]])
  expect(pictureUrl('https://a.test/1.png')).toBe('/picture/s/20')
})

it('shows its own pictures without asking, and none where the portal cannot be asked', async () => {
  const { pictureUrl } = await import('./pictures')
  expect(pictureUrl(`${location.origin}/rest/download?x=1`)).toBe('/rest/download?x=1')
  expect(call).not.toHaveBeenCalled()
  call.mockRejectedValue(new Error('no connection'))
  expect(await pictureUrl('https://a.test/1.png')).toBe('')
})
