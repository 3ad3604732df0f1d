import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { attacks, texts } from '../../../tests/chat/formatting.json'
import type { Act } from './acts'
import MessageText from './MessageText'
import { READER, type Reader } from './reader'

const reader: Reader = {
  me: 5,
  userName: (id) => (id === 9 ? '' : `Person ${id}`),
  chatTitle: () => 'Room',
  pictureUrl: (url) => `/picture/x?u=${encodeURIComponent(url)}`,
}

function shown(text: string, known: Partial<Reader> = reader) {
  return mount(MessageText, { props: { text }, global: { provide: { [READER as symbol]: known } }, attachTo: document.body })
}

const ELEMENTS = 'DIV SPAN STRONG EM U S BR A BUTTON CODE PRE BLOCKQUOTE TIME IMG SVG RECT PATH'.split(' ')
const ATTRIBUTES = 'class style href target rel type dir datetime title src alt loading decoding referrerpolicy aria-label aria-hidden role tabindex'.split(' ')
const HARMLESS = /^(?:https?:\/\/[^/]|mailto:.|tel:.|\/(?![/\\]))/i

describe('a text on the page', () => {
  it.each([...texts, ...attacks])('has nothing but what it may have: $text', async ({ text }) => {
    const page = shown(text)
    await Promise.resolve()
    for (const element of page.element.querySelectorAll('*')) {
      expect(ELEMENTS).toContain(element.tagName.toUpperCase())
      if (element.closest('svg')) continue
      for (const { name, value } of element.attributes) {
        expect(ATTRIBUTES).toContain(name)
        if (name === 'href' || name === 'src') expect(value).toMatch(HARMLESS)
        if (name === 'src') expect(value).toMatch(/^\/picture\//)
        if (name === 'style') expect(value).toMatch(/^(?:(?:font-size|line-height|--[a-z-]+): ?[#0-9a-z. ]+;? ?)+$/)
      }
    }
    // Nothing that is pressed stands within something that is pressed.
    expect(page.element.querySelector(':is(a, button) :is(a, button)')).toBeNull()
    page.unmount()
  })

  it('asks for what is pressed', async () => {
    const page = shown(
      '[user=6]Ann[/user] [chat=4]Room[/chat] [context=chat4/8]there[/context] [send=/go]Go[/send] [put=/help]Help[/put] [disk=3] [call=+1 99]Call[/call]',
    )
    for (const button of page.findAll('button, a')) await button.trigger('click')
    expect((page.emitted('act') as [Act][]).map(([act]) => act)).toEqual([
      { kind: 'user', id: 6 },
      { kind: 'chat', dialog: 'chat4' },
      { kind: 'message', dialog: 'chat4', message: 8 },
      { kind: 'send', text: '/go' },
      { kind: 'put', text: '/help' },
      { kind: 'file', id: 3 },
      { kind: 'call', number: '+1 99' },
    ])
    expect(page.get('a').attributes('href')).toBe('tel:+199')
  })

  it('opens links elsewhere in a page of their own, and tells of them', async () => {
    const page = shown('https://a.example [url=/online/?IM_DIALOG=chat4]here[/url]')
    const [elsewhere, here] = page.findAll('a')
    expect(elsewhere!.attributes()).toMatchObject({ target: '_blank', rel: 'noopener noreferrer' })
    expect(here!.attributes('target')).toBeUndefined()
    await here!.trigger('click')
    expect((page.emitted('act') as [Act][])[0]![0]).toMatchObject({ kind: 'link', url: '/online/?IM_DIALOG=chat4' })
  })

  it('names people as they are called today where nobody wrote a name', () => {
    expect(shown('[user=6][/user] [user=7 replace]Old[/user] [user=8]Written[/user] [user=9][/user]').text()).toBe('Person 6 Person 7 Written #9')
    expect(shown('[chat=4][/chat]').text()).toBe('Room')
  })

  it('marks mentions of the reader', () => {
    const page = shown('[user=5]me[/user] [user=6]other[/user] [user=all]all[/user]')
    expect(page.findAll('.bg-mark').map((node) => node.text())).toEqual(['me', 'all'])
  })

  it('shows a picture from elsewhere as a link where the portal has none of it', async () => {
    const page = shown('[img size=small]https://a.example/p.png [/img]', { ...reader, pictureUrl: () => '' })
    await new Promise((done) => setTimeout(done))
    expect(page.find('img').exists()).toBe(false)
    expect(page.get('a').attributes('href')).toBe('https://a.example/p.png')
  })

  it('shows a picture under an address of the portal, and as a link when it does not come', async () => {
    const page = shown('[img size=small]https://a.example/p.png [/img]')
    await new Promise((done) => setTimeout(done))
    expect(page.get('img').attributes('src')).toBe('/picture/x?u=https%3A%2F%2Fa.example%2Fp.png')
    await page.get('button').trigger('click')
    expect(page.emitted('act')).toEqual([[{ kind: 'picture', url: 'https://a.example/p.png', name: '' }]])
    await page.get('img').trigger('error')
    expect(page.get('a').text()).toBe('https://a.example/p.png')
  })

  it.each([
    ['😀', true],
    ['👍🏽 👨‍👩‍👧 🇩🇪', true],
    ['❤️', true],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', true],
    ['😀😀😀😀', false],
    ['😀 ok', false],
    ['1', false],
    ['12', false],
    ['©', false],
    ['#', false],
    ['', false],
    ['[b]😀[/b]', false],
  ])('%s large: %s', (text, large) => {
    expect(shown(text).classes('text-5xl/tight')).toBe(large)
  })
})
