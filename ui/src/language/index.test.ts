import { describe, expect, it } from 'vitest'
import { preferences } from '@/state/preferences'
import { de } from './de'
import { en } from './en'
import { t } from './index'
import { ru } from './ru'

const slots = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe('languages', () => {
  it.each([
    ['de', de],
    ['ru', ru],
  ])('%s has every text with the same values', (_, texts) => {
    expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort())
    for (const [key, text] of Object.entries(en)) expect([key, slots(texts[key as keyof typeof en])]).toEqual([key, slots(text)])
  })

  it('chooses the form by the number', () => {
    preferences.language = 'ru'
    expect([1, 2, 5].map((n) => t('conversation.members', { n }))).toEqual(['1 участник', '2 участника', '5 участников'])
    preferences.language = 'en'
    expect([1, 2].map((n) => t('conversation.members', { n }))).toEqual(['1 member', '2 members'])
  })
})
