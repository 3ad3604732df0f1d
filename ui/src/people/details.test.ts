import { expect, it } from 'vitest'
import { preferences } from '@/state/preferences'
import { birthday, timeIn } from './details'

it('says the time elsewhere, and nothing where it is the same or unknown', () => {
  preferences.language = 'en'
  const now = new Date('2026-02-24T11:00:00Z')
  expect(timeIn('Asia/Tokyo', now, 'UTC')).toMatch(/^Tue,? 08:00 PM$/)
  expect(timeIn('UTC', now, 'UTC')).toBe('')
  expect(timeIn('Nowhere/Land', now, 'UTC')).toBe('')
})

it('says a birthday without its year', () => {
  preferences.language = 'en'
  expect(birthday('07-01')).toBe('January 7')
  expect(birthday('29-02')).toBe('February 29')
  expect(birthday('')).toBe('')
})
