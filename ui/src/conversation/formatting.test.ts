import { expect, it } from 'vitest'
import { format, link, type Format, type Selected } from './formatting'

/** `a «b» c` is a text with a selection. */
function parse(shown: string): Selected {
  const start = shown.indexOf('«')
  const end = shown.indexOf('»') - 1
  return { text: shown.replace(/[«»]/g, ''), start, end }
}
function show({ text, start, end }: Selected): string {
  return `${text.slice(0, start)}«${text.slice(start, end)}»${text.slice(end)}`
}

it.each<[string, Format, string]>([
  ['a «b» c', 'B', 'a [B]«b»[/B] c'],
  ['a [B]«b»[/B] c', 'B', 'a «b» c'],
  ['a [b]«b»[/b] c', 'B', 'a «b» c'],
  ['a «[I]b[/I]» c', 'I', 'a «b» c'],
  ['«»', 'U', '[U]«»[/U]'],
  ['[B]«b»[/B]', 'S', '[B][S]«b»[/S][/B]'],
  ['x\na «b\nc» d\ny', 'QUOTE', 'x\n«>>a b\n>>c d»\ny'],
  ['«>>a\n>>b»', 'QUOTE', '«a\nb»'],
])('%s with %s becomes %s', (before, kind, after) => expect(show(format(parse(before), kind))).toBe(after))

it('sets a link', () => {
  expect(link(parse('see «this» page'), 'https://x.example/a[1]').text).toBe('see [URL=https://x.example/a%5B1%5D]this[/URL] page')
  expect(link(parse('«»'), 'https://x.example').text).toBe('[URL=https://x.example]https://x.example[/URL]')
})
