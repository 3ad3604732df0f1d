import { describe, expect, it } from 'vitest'
import { decode, encode, inUse, mentionOf, type Mention } from './mentions'

const ben: Mention = { label: '@Ben Carter', id: '2', kind: 'USER' }
const benny: Mention = { label: '@Ben', id: '9', kind: 'USER' }
const room: Mention = { label: '#Release 1.0', id: '2001', kind: 'CHAT' }

describe('mentions', () => {
  it.each([
    ['Hi @Ben Carter, look', 'Hi [USER=2]Ben Carter[/USER], look'],
    ['@Ben Carter', '[USER=2]Ben Carter[/USER]'],
    ['@Ben and @Ben Carter', '[USER=9]Ben[/USER] and [USER=2]Ben Carter[/USER]'],
    ['@Benjamin, me@Ben', '@Benjamin, me@Ben'],
    ['@Ben Carterson', '[USER=9]Ben[/USER] Carterson'],
    ['in #Release 1.0: @Ben.', 'in [CHAT=2001]Release 1.0[/CHAT]: [USER=9]Ben[/USER].'],
    ['[code]@Ben[/code] @Ben', '[code]@Ben[/code] [USER=9]Ben[/USER]'],
    ['@Be Carter', '@Be Carter'],
    ['(@Ben)', '([USER=9]Ben[/USER])'],
  ])('%s is sent as %s', (text, sent) => expect(encode({ text, mentions: [ben, benny, room] })).toBe(sent))

  it.each([
    'Hi [USER=2]Ben Carter[/USER], look',
    '[USER=all]All[/USER] in [CHAT=5]Room[/CHAT]',
    '[USER=2]Ben[/USER] and [USER=3]Ben[/USER]',
    '[code][USER=2]Ben[/USER][/code]',
    '[user=2]ben[/user] [USER=2][/USER] [USER=2][b]Ben[/b][/USER]',
    'x[USER=2]Ben[/USER]y',
    '[USER=2]Ben[/USER] @Ben',
  ])('%s comes back as it was', (message) => expect(encode(decode(message))).toBe(message))

  it('shows names in the field', () => {
    expect(decode('Hi [USER=2]Ben Carter[/USER], see [CHAT=7]Room[/CHAT]').text).toBe('Hi @Ben Carter, see #Room')
    // As text it would be sent as two mentions.
    expect(decode('[USER=2]Ben[/USER] @Ben').text).toBe('[USER=2]Ben[/USER] @Ben')
  })

  it('tells two people of one name apart', () => {
    const other = mentionOf('USER', '12', 'Ben Carter', [ben])
    expect(other.label).toBe('@Ben Carter (12)')
    expect(encode({ text: '@Ben Carter (12) and @Ben Carter', mentions: [ben, other] })).toBe('[USER=12]Ben Carter[/USER] and [USER=2]Ben Carter[/USER]')
  })

  it('takes signs of codes out of names', () => {
    const odd = mentionOf('CHAT', '4', 'A [b] c', [])
    expect(encode({ text: odd.label, mentions: [odd] })).toBe('[CHAT=4]A  b  c[/CHAT]')
  })

  it('forgets what was deleted from the text', () => expect(inUse({ text: '@Ben', mentions: [ben, benny] })).toEqual([benny]))

  it('comes back from whatever was typed', () => {
    let seed = 7
    const next = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % below
    const parts = ['@Ben', ' Carter', '[USER=2]', 'Ben', '[/USER]', '[code]', '[/code]', ' ', '#', 'Release 1.0', '[CHAT=4]', '[/CHAT]', '\n', 'é', ']', '[', '(9)']
    for (let round = 0; round < 3000; round++) {
      const message = Array.from({ length: 1 + next(9) }, () => parts[next(parts.length)]).join('')
      expect(encode(decode(message))).toBe(message)
    }
  })
})
