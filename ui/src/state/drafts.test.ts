import { beforeEach, expect, it, vi } from 'vitest'
vi.mock('@/api/portal', () => ({ call: () => Promise.resolve({}) }))
const { draft, keepDraft, loadDrafts, writeDrafts } = await import('./drafts')

beforeEach(() => {
  writeDrafts()
  localStorage.clear()
  loadDrafts()
})

it('keeps text, mentions and reply over a reload', () => {
  const mentions = [{ label: '@Ben', id: '2', kind: 'USER' as const }]
  const reply = { id: 5, text: 'x'.repeat(2000), authorId: 3 } as never
  keepDraft('chat7', 'Hi @Ben', mentions, reply)
  writeDrafts()
  keepDraft('chat7', '')
  expect(draft('chat7')).toBeUndefined()
  loadDrafts()
  expect(draft('chat7')).toMatchObject({ text: 'Hi @Ben', mentions, reply: { id: 5 } })
  expect(draft('chat7')?.reply?.text).toHaveLength(500)
})

it('drops a draft that is empty, but keeps one that only answers', () => {
  keepDraft('1', '  ')
  expect(draft('1')).toBeUndefined()
  keepDraft('1', '', [], { id: 5, text: '' } as never)
  expect(draft('1')?.reply?.id).toBe(5)
})

it('reads drafts of an earlier form, and survives what is none', () => {
  localStorage.setItem('botyard.drafts.0', '[["4",{"text":"old","replyId":0}]]')
  loadDrafts()
  expect(draft('4')).toEqual({ text: 'old', mentions: [], reply: null })
  localStorage.setItem('botyard.drafts.0', '{')
  expect(() => loadDrafts()).not.toThrow()
})

it('takes over what another tab has written', () => {
  localStorage.setItem('botyard.drafts.0', '[["6",{"text":"there","mentions":[],"reply":null}]]')
  window.dispatchEvent(new StorageEvent('storage', { key: 'botyard.drafts.0' }))
  expect(draft('6')?.text).toBe('there')
})
