import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { find, indexed, type Listed } from './emojiSearch'

const all = (language: string) =>
  indexed(JSON.parse(readFileSync(`node_modules/emoji-picker-element-data/${language}/cldr/data.json`, 'utf8')) as Listed[])
const english = all('en')
const found = (query: string, list = english) => find(list, query).map(({ emoji }) => emoji)

describe('emoji', () => {
  it('are in the order of their groups, without parts of others', () => {
    expect(english.length).toBeGreaterThan(1_700)
    expect(english[0]!.emoji).toBe('😀')
    expect(english.map(({ emoji }) => emoji)).not.toContain('🏽')
    const groups = english.map(({ group }) => group)
    expect(groups).toEqual([...groups].sort((a, b) => a - b))
  })

  it('have tones of skin, from light to dark', () => {
    expect(english.find(({ emoji }) => emoji === '👋')!.tones).toEqual(['👋🏻', '👋🏼', '👋🏽', '👋🏾', '👋🏿'])
    expect(english[0]!.tones).toEqual([])
  })

  it('are found by the beginnings of words, those that are called so first', () => {
    expect(found('pizza')[0]).toBe('🍕')
    expect(found('thumbs up')[0]).toBe('👍️')
    expect(found('CAT')).toContain('🐱')
    expect(found('no such thing')).toEqual([])
    expect(found('')).toEqual([])
  })

  it('are found by emoticons, and by themselves', () => {
    expect(find(english, ':D')[0]!.emoticons).toContain(':D')
    expect(found('🍕')).toEqual(['🍕'])
  })

  it('are found in every language of the client', () => {
    expect(found('Katze', all('de'))).toContain('🐱')
    expect(found('кошка', all('ru'))).toContain('🐱')
  })
})
