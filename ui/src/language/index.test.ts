import { describe, expect, it } from 'vitest'
import { preferences } from '@/state/preferences'
import { AREAS, TEXTS } from './areas'
import { t } from './index'

const slots = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe('languages', () => {
  it.each(['de', 'ru'] as const)('%s has every text, with the same values', (name) => {
    for (const [key, text] of Object.entries(TEXTS.en)) {
      const translated = TEXTS[name][key as keyof typeof TEXTS.en]
      expect([key, translated !== '', slots(translated)]).toEqual([key, true, slots(text)])
    }
  })

  it('have each text in one area', () => {
    const keys = AREAS.flatMap((area) => Object.keys(area.en))
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
  })

  it('have no text that nobody shows', () => {
    const sources = Object.values(import.meta.glob<string>(['../**/*.{ts,vue}', '!./areas/**', '!../**/*.test.ts'], { query: '?raw', import: 'default', eager: true })).join('\n')
    // Such as `reaction.${name}`.
    const composed = [...sources.matchAll(/`([\w.]+\.)\$\{/g)].map((match) => match[1]!)
    const shown = (key: string): boolean => sources.includes(`'${key}'`) || composed.some((start) => key.startsWith(start))
    expect(Object.keys(TEXTS.en).filter((key) => !shown(key))).toEqual([])
  })

  it('chooses the form by the number', () => {
    preferences.language = 'ru'
    expect([1, 2, 5].map((n) => t('conversation.members', { n }))).toEqual(['1 участник', '2 участника', '5 участников'])
    preferences.language = 'en'
    expect([1, 2].map((n) => t('conversation.members', { n }))).toEqual(['1 member', '2 members'])
  })
})
