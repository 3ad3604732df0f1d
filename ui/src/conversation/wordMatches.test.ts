import { expect, it } from 'vitest'
import { wordMatches } from './wordMatches'

const marked = (text: string, phrase: string): string[] => wordMatches(text, phrase).map(([from, to]) => text.slice(from, to))

it('marks beginnings of words, whatever the case and the accents', () => {
  expect(marked('Release the reléase notes, not the prerelease', 'release')).toEqual(['Release', 'reléase'])
  expect(marked('Élan vital 👍 elan', 'ÉLAN')).toEqual(['Élan', 'elan'])
  expect(marked('Привет, приветствие', 'привет')).toEqual(['Привет', 'привет'])
})

it('marks each of several words, and takes signs as they are', () => {
  expect(marked('ship it (now)', 'now ship')).toEqual(['ship', 'now'])
  expect(marked('a+b', '+')).toEqual([])
})
