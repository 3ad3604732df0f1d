import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { contrast, ENOUGH, GROUNDS, inkOf, isColor, textOn } from './contrast'

const COLORS = ['#000', '#fff', '#f00', '#0f0', '#00f', '#ff0', '#777777', '#767676', '#aac8a8', '#29619b', '#ffffff', '#1f4436']

describe('colours', () => {
  it('knows what is one', () => {
    expect(['#fff', '#A1b2C3', 'red', '#ff', '#ffff', 'url(x)', 5, undefined].map(isColor)).toEqual([true, true, false, false, false, false, false, false])
  })

  it('computes the contrast of WCAG', () => {
    expect(contrast('#000', '#fff')).toBeCloseTo(21)
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
  })

  it.each(COLORS)('%s is readable as text in both themes, and carries text', (color) => {
    const ink = inkOf(color)
    for (const ground of GROUNDS.light) expect(contrast(ink['--ink']!, ground)).toBeGreaterThanOrEqual(ENOUGH)
    for (const ground of GROUNDS.dark) expect(contrast(ink['--ink-dark']!, ground)).toBeGreaterThanOrEqual(ENOUGH)
    expect(contrast(textOn(color), color)).toBeGreaterThanOrEqual(ENOUGH)
  })

  it('leaves a colour alone that can be read', () => {
    expect(inkOf('#0000c0')['--ink']).toBe('#0000c0')
  })

  it('stands on the grounds of the style sheet', () => {
    const style = readFileSync('src/style.css', 'utf8')
    const [light, dark] = [style.slice(0, style.indexOf("[data-theme='dark'] {")), style.slice(style.indexOf("[data-theme='dark'] {"))]
    for (const ground of GROUNDS.light) expect(light).toContain(ground)
    for (const ground of GROUNDS.dark) expect(dark).toContain(ground)
  })
})
