import { expect, it, vi } from 'vitest'

const read = new Map<number, unknown>()
vi.mock('@/state/connection', () => ({ on: () => {}, onReload: () => {} }))
vi.mock('@/state/quoted', () => ({ quotedMessage: (id: number) => read.get(id) }))
const { filesLine, lastLine } = await import('./rowText')

const files = (...types: string[]): never => types.map((type, index) => ({ type, name: `${type} ${index}.bin` })) as never
const row = (last: object): never => ({ last: { id: 7, text: '', file: true, attach: false, ...last } }) as never

it.each([
  [files('image'), 'Photo'],
  [files('image', 'image', 'image'), '3 photos'],
  [files('video'), 'Video'],
  [files('audio'), 'Sound'],
  [files('file'), 'file 0.bin'],
  [files('image', 'file'), '2 files'],
  [files(), 'File'],
])('files %j are called %s', (several, line) => expect(filesLine(several)).toBe(line))

it('says what the last message brought, as soon as that is known', () => {
  expect(lastLine(row({ files: files('image') }))).toBe('Photo')
  expect(lastLine(row({}))).toBe('File')
  read.set(7, { files: files('video') })
  expect(lastLine(row({}))).toBe('Video')
  expect(lastLine(row({ text: 'with words' }))).toBe('with words')
})
