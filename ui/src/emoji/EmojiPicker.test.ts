import { readFileSync } from 'node:fs'
import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import EmojiPicker from './EmojiPicker.vue'
import { recent, tone } from './recentEmoji'

const list: unknown = JSON.parse(readFileSync('node_modules/emoji-picker-element-data/en/cldr/data.json', 'utf8'))
const fetched = vi.fn(() => Promise.resolve(new Response(JSON.stringify(list))))
vi.stubGlobal('fetch', fetched)

async function shown() {
  const page = mount(EmojiPicker, { attachTo: document.body })
  await flushPromises()
  await flushPromises()
  const signs = () => page.findAll('[role=tabpanel] button')
  return { page, signs }
}

describe('the emoji picker', () => {
  beforeEach(() => {
    recent.value = []
    tone.value = 0
    document.body.replaceChildren()
  })

  it('fetches its list from the portal only', async () => {
    await shown()
    for (const [address] of fetched.mock.calls as unknown as [string][]) expect(address).toMatch(/^\/(?!\/)/)
  })

  it('picks, and keeps what was picked at the front', async () => {
    const { page, signs } = await shown()
    await signs()[0]!.trigger('click')
    expect(page.emitted('pick')).toEqual([['😀']])
    await page.findAll('[role=tab]')[0]!.trigger('click')
    expect(signs().map((sign) => sign.text())).toEqual(['😀'])
  })

  it('searches, and says how many there are', async () => {
    const { page, signs } = await shown()
    await page.get('input').setValue('pizza')
    expect(signs().map((sign) => sign.text())).toContain('🍕')
    await page.get('input').setValue('nothing of the kind')
    expect(signs()).toEqual([])
    expect(page.text()).toContain('No emoji of that name')
  })

  it('is walked through by arrows, from the search field on', async () => {
    const { page, signs } = await shown()
    await page.get('input').trigger('keydown', { key: 'ArrowDown' })
    await flushPromises()
    expect(document.activeElement).toBe(signs()[0]!.element)
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft']) {
      await page.get('[role=tabpanel]').trigger('keydown', { key })
      await flushPromises()
    }
    expect(document.activeElement).toBe(signs()[8]!.element)
    expect(signs().filter((sign) => sign.attributes('tabindex') === '0')).toHaveLength(1)
  })

  it('shows hands in the chosen tone', async () => {
    const { page, signs } = await shown()
    await page.findAll('[role=tab]')[2]!.trigger('click')
    await page.get('button[aria-label="Skin tone"]').trigger('click')
    expect(signs()[0]!.text()).toBe('👋🏻')
  })
})
