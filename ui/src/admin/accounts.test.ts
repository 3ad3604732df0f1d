import { expect, it } from 'vitest'
import { fullName, scopeList } from './accounts'

it('calls people by what is known of them', () => {
  expect(fullName({ NAME: 'Ben', LAST_NAME: 'Carter', LOGIN: 'ben', ID: 2 })).toBe('Ben Carter')
  expect(fullName({ NAME: '', LAST_NAME: 'Carter', LOGIN: 'ben', ID: 2 })).toBe('Carter')
  expect(fullName({ NAME: '', LAST_NAME: '', LOGIN: 'ben', ID: 2 })).toBe('ben')
  expect(fullName({ NAME: '', LAST_NAME: '', LOGIN: '', ID: 2 })).toBe('#2')
})

it('reads permissions however they are separated', () => {
  expect(scopeList(' im, imbot;im\nuser ')).toEqual(['im', 'imbot', 'user'])
  expect(scopeList('')).toEqual([])
})
