import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { attacks } from '../../../tests/chat/formatting.json'
import { READER, type Reader } from '@/format/reader'
import Attach from './Attach.vue'
import { attachments } from './attach'

const reader: Partial<Reader> = { pictureUrl: (url) => `/picture/x?u=${encodeURIComponent(url)}` }
const shown = (blocks: unknown[], more = {}) =>
  mount(Attach, { props: { attach: [{ ID: 1, BLOCKS: blocks, ...more }] }, global: { provide: { [READER as symbol]: reader } }, attachTo: document.body })

describe('attachments', () => {
  it('are read as the portal keeps them, and as older messages have them', () => {
    const [one] = attachments([{ ID: 1, COLOR_TOKEN: 'alert', COLOR: '#f00', BLOCKS: [{ MESSAGE: 'a' }, { DELIMITER: { SIZE: 50, COLOR: '#ccc' } }, { DELIMITER: {} }] }])
    expect(one).toEqual({
      color: '#f00',
      token: 'alert',
      description: '',
      blocks: [
        { kind: 'message', text: 'a' },
        { kind: 'delimiter', size: 50, color: '#ccc' },
        { kind: 'delimiter', size: 200, color: '' },
      ],
    })
    expect(attachments({ blocks: { 0: { message: 'a' } } })[0]?.blocks).toEqual([{ kind: 'message', text: 'a' }])
    expect(attachments(undefined)).toEqual([])
    expect(attachments('N')).toEqual([])
    expect(attachments([{ BLOCKS: [{ NONSENSE: 1 }, 5, null] }])).toEqual([])
  })

  it('lead to people, chats and addresses', () => {
    const [{ blocks }] = attachments([
      { BLOCKS: [{ USER: { NAME: 'Ann', USER_ID: 6, LINK: 'https://a.example' } }, { USER: [{ NAME: 'Bot', BOT_ID: 7 }] }, { LINK: { NAME: 'x', LINK: '/company/' } }, { RICH_LINK: { LINK: 'https://b.example' } }] },
    ]) as unknown as [{ blocks: { target: unknown; name: string }[] }]
    expect(blocks.map(({ target }) => target)).toEqual([
      { url: 'https://a.example', userId: 6, chatId: 0 },
      { url: '', userId: 7, chatId: 0 },
      { url: '/company/', userId: 0, chatId: 0 },
      { url: 'https://b.example', userId: 0, chatId: 0 },
    ])
    expect(blocks[3]!.name).toBe('https://b.example')
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', '/\\evil.example', 'mailto:a@b', ' ', 5, null, {}])('never lead to %s', (address) => {
    const [attachment] = attachments([
      { BLOCKS: [{ LINK: { NAME: 'x', LINK: address, PREVIEW: address } }, { USER: { NAME: 'x', AVATAR: address, LINK: address } }, { FILE: [{ LINK: address }] }, { IMAGE: [{ LINK: address }] }, { GRID: [{ NAME: 'x', LINK: address }] }] },
    ])
    expect(JSON.stringify(attachment)).not.toContain('evil.example"}')
    const kinds = attachment!.blocks.map(({ kind }) => kind)
    expect(kinds).toEqual(['link', 'user', 'grid'])
    const page = mount(Attach, { props: { attach: [{ BLOCKS: [{ LINK: { NAME: 'x', LINK: address } }] }] } })
    expect(page.find('a').exists()).toBe(false)
  })

  it('show every kind of block', async () => {
    const page = shown([
      { MESSAGE: '[b]bold[/b]' },
      { USER: { NAME: 'Ann', USER_ID: 6 } },
      { LINK: { NAME: 'Ticket', LINK: 'https://a.example', DESC: 'soon' } },
      { LINK: { NAME: 'Html', LINK: 'https://a.example', DESC: 'no', HTML: '<b onclick="x()">Bold</b><br>words<script>alert(1)</script>' } },
      { GRID: [{ NAME: 'A', VALUE: '1', DISPLAY: 'ROW' }, { NAME: 'wide', DISPLAY: 'COLUMN' }, { NAME: 'B', VALUE: '2', DISPLAY: 'TABLE' }, { NAME: 'C', VALUE: '3', DISPLAY: 'LINE' }, { NAME: 'D', VALUE: '4', LINK: 'https://a.example' }] },
      { IMAGE: [{ LINK: 'https://a.example/1.png', NAME: 'one' }] },
      { FILE: [{ LINK: 'https://a.example/f.zip', NAME: 'f.zip', SIZE: 2048 }] },
      { DELIMITER: { SIZE: 100 } },
    ])
    await new Promise((done) => setTimeout(done))
    expect(page.get('strong').text()).toBe('bold')
    expect(page.text()).toContain('soon')
    expect(page.text()).toContain('Boldwords')
    expect(page.find('br').exists()).toBe(true)
    expect(page.text()).not.toContain('alert')
    expect(page.findAll('dl')).toHaveLength(3)
    expect(page.findAll('dt').map((node) => node.text())).toEqual(['A', 'wide', 'C', 'D'])
    expect(page.get('table').text()).toBe('B2')
    expect(page.get('img').attributes('src')).toContain('/picture/')
    expect(page.text()).toContain('2 kB')
    expect(page.get('hr').attributes('style')).toContain('width: 100px')
    await page.get('button').trigger('click')
    expect(page.emitted('act')).toEqual([[{ kind: 'user', id: 6 }]])
  })

  it('ask for the original of a picture', async () => {
    const page = shown([{ IMAGE: [{ LINK: 'https://a.example/large.png', PREVIEW: 'https://a.example/small.png', NAME: 'n' }] }])
    await new Promise((done) => setTimeout(done))
    expect(page.get('img').attributes('src')).toContain('small.png')
    await page.get('button').trigger('click')
    expect(page.emitted('act')).toEqual([[{ kind: 'picture', url: 'https://a.example/large.png', name: 'n' }]])
  })

  it.each(attacks)('are words and nothing else, whatever stands in them: $text', ({ text }) => {
    const page = shown([
      { MESSAGE: text },
      { USER: { NAME: text, AVATAR: text, LINK: text } },
      { LINK: { NAME: text, DESC: text, HTML: text.includes('<iframe') ? '' : text, LINK: text } },
      { GRID: [{ NAME: text, VALUE: text, LINK: text, COLOR: text, DISPLAY: text }, { NAME: text, VALUE: text, DISPLAY: 'TABLE', COLOR: text }] },
      { IMAGE: [{ LINK: text, NAME: text }] },
      { FILE: [{ LINK: text, NAME: text }] },
    ], { COLOR: text, DESCRIPTION: text })
    expect(document.body.querySelector('script, iframe, svg[onload], math, details, style')).toBeNull()
    for (const element of document.body.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on/)
        if (name === 'href') expect(value).toMatch(/^(?:https?:\/\/[^/]|mailto:.|tel:.|\/(?![/\\]))/i)
        if (name === 'style') expect(value).not.toMatch(/url|expression|position/)
      }
    }
    page.unmount()
  })
})
