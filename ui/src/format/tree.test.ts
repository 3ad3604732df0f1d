import { describe, expect, it } from 'vitest'
// The portal is held against the same file, in tests/chat/test_formatting.py.
import { attacks, texts } from '../../../tests/chat/formatting.json'
import { plain } from './plain'
import { LENGTH_MAX, parse } from './tree'

describe('the formatting language', () => {
  it.each([...texts, ...attacks])('$text', ({ text, tree, plain: line }) => {
    expect(parse(text)).toEqual(tree)
    expect(plain(text)).toBe(line)
  })

  it('shows a text beyond the limit as it is', () => {
    const text = '[b]x[/b]' + 'x'.repeat(LENGTH_MAX)
    expect(parse(text)).toEqual([text])
  })

  it.each([
    ...['[', '[b]', '[/b]', '[b', '[code]', '[/code]', '[url=', '[url]', '[user=5]', '[url]x[/url]', '[b]x[i][/b][/i]'],
    ...['>>', '>>\n', '------\n', '\n', '------\nx [1]\n', 'https://', 'https://a.example', 'mailto:', 'tel:1', '(', ')'],
    ...['https://a.example/))))', '[icon=https://a size=', '[icon= size= size=]', '[img][url]', '[send][b]', '[br]', '-'],
    ...['https://a.example/(', 'x [', '[b][url][img]', ' ', 'http'],
  ])('takes time in proportion to the length: %j', (piece) => {
    const text = piece.repeat(LENGTH_MAX / piece.length)
    const begun = performance.now()
    parse(text)
    parse((text + 'x' + '[/b][/url][/img][/send]'.repeat(400)).slice(0, LENGTH_MAX))
    plain(text)
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
})

describe('a line of a message', () => {
  it('has names and dates of its reader', () => {
    const reading = { userName: (id: number) => `person ${id}`, chatTitle: () => 'Room', file: '[Datei]', moment: () => 'today' }
    expect(plain('[user=5][/user] [user=6 replace]Old[/user] [user=7]As written[/user]', reading)).toBe('person 5 person 6 As written')
    expect(plain('[chat=4][/chat] [disk=1] [timestamp=0]', reading)).toBe('Room [Datei] today')
  })
})
