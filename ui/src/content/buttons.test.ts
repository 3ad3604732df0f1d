import { mount } from '@vue/test-utils'
import { nextTick } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { contrast } from '@/format/contrast'
import { keyboardRows, menuItems, type Deed } from './buttons'
import Keyboard from './Keyboard.vue'

const SEND = { ACTION: 'SEND', ACTION_VALUE: 'x' }
const texts = (keyboard: unknown, device: 'MOBILE' | 'DESKTOP' = 'DESKTOP') => keyboardRows(keyboard, device).map((row) => row.map(({ text }) => text))

describe('a keyboard', () => {
  it('has rows by NEWLINE, and a row for each block', () => {
    const line = (TEXT: string) => ({ TEXT, ...SEND, DISPLAY: 'LINE' })
    const block = (TEXT: string) => ({ TEXT, ...SEND })
    expect(texts([line('a'), line('b'), { TYPE: 'NEWLINE' }, line('c'), block('d'), block('e'), line('f'), { TYPE: 'NEWLINE' }, { TYPE: 'NEWLINE' }])).toEqual([
      ['a', 'b'],
      ['c'],
      ['d'],
      ['e'],
      ['f'],
    ])
    expect(texts({ BUTTONS: [line('a')] })).toEqual([['a']])
    expect(texts({ buttons: { 0: { text: 'a', link: 'https://a.example' } } })).toEqual([['a']])
    expect([undefined, 'N', [], {}, 5].map((value) => texts(value))).toEqual([[], [], [], [], []])
  })

  it('has buttons for phones and for larger screens', () => {
    const keyboard = [{ TEXT: 'm', ...SEND, CONTEXT: 'MOBILE' }, { TEXT: 'd', ...SEND, CONTEXT: 'DESKTOP' }, { TEXT: 'a', ...SEND, CONTEXT: 'ALL' }]
    expect(texts(keyboard, 'MOBILE')).toEqual([['m'], ['a']])
    expect(texts(keyboard, 'DESKTOP')).toEqual([['d'], ['a']])
  })

  it('does one thing for a press', () => {
    const deeds = (source: object) => menuItems([{ TEXT: 't', ...source }], 'DESKTOP').map(({ deed }) => deed)
    expect(deeds({ LINK: '/x', COMMAND: 'c' })).toEqual([{ kind: 'link', url: '/x' }])
    expect(deeds({ COMMAND: 'c', COMMAND_PARAMS: 'a b', BOT_ID: 7, ...SEND })).toEqual([{ kind: 'command', botId: 7, command: 'c', params: 'a b' }])
    expect(deeds({ ACTION: 'put', ACTION_VALUE: '/x' })).toEqual([{ kind: 'put', text: '/x' }])
    expect(deeds(SEND)).toEqual([{ kind: 'send', text: 'x' }])
    expect(deeds({ ACTION: 'COPY', ACTION_VALUE: 'x' })).toEqual([{ kind: 'copy', text: 'x' }])
    expect(deeds({ ACTION: 'CALL', ACTION_VALUE: '+1' })).toEqual([{ kind: 'call', number: '+1' }])
    expect(deeds({ ACTION: 'DIALOG', ACTION_VALUE: 'chat5' })).toEqual([{ kind: 'chat', dialog: 'chat5' }])
    expect(deeds({ ACTION: 'DIALOG', ACTION_VALUE: '5' })).toEqual([{ kind: 'user', id: 5 }])
    expect(deeds({ APP_ID: 3, APP_PARAMS: 'p' })).toEqual([{ kind: 'app', id: 3, params: 'p' }])
    expect(deeds({ ACTION: 'constructor', ACTION_VALUE: 'x' })).toEqual([])
    expect(deeds({ LINK: 'javascript:alert(1)' })).toEqual([])
  })

  it('blocks only what a bot can open again', () => {
    const [command, action] = keyboardRows([{ TEXT: 'a', COMMAND: 'c', BLOCK: 'Y' }, { TEXT: 'b', ...SEND, BLOCK: 'Y' }], 'DESKTOP').flat()
    expect([command!.blocks, action!.blocks]).toEqual([true, false])
  })

  it('follows links, and tells what else is pressed', async () => {
    const press = vi.fn()
    const page = mount(Keyboard, {
      props: { keyboard: [{ TEXT: 'site', LINK: 'https://a.example' }, { TEXT: 'go', ...SEND }, { TEXT: 'off', ...SEND, DISABLED: 'Y' }, { TEXT: 'dead', LINK: 'https://a.example', DISABLED: 'Y' }], onPress: press },
    })
    expect(page.get('a').attributes()).toMatchObject({ href: 'https://a.example', target: '_blank', rel: 'noopener noreferrer' })
    expect(page.findAll('a')).toHaveLength(1)
    const [go, off, dead] = page.findAll('button')
    await go!.trigger('click')
    await off!.trigger('click')
    await dead!.trigger('click')
    expect(press.mock.calls.map(([deed]) => deed as Deed)).toEqual([{ kind: 'send', text: 'x' }])
  })

  it('is busy while a press is under way, and blocked until the bot changes it', async () => {
    let finish = () => {}
    const press = vi.fn(() => new Promise<void>((done) => (finish = done)))
    const keyboard = [{ TEXT: 'a', COMMAND: 'c', BLOCK: 'Y', BOT_ID: 7 }, { TEXT: 'b', COMMAND: 'd', BOT_ID: 7 }, { TEXT: 's', ...SEND }]
    const page = mount(Keyboard, { props: { keyboard, onPress: press } })
    const [first, second, third] = page.findAll('button')
    await first!.trigger('click')
    expect(first!.attributes('aria-busy')).toBe('true')
    await second!.trigger('click')
    await third!.trigger('click')
    expect(press).toHaveBeenCalledTimes(1)
    finish()
    await new Promise((done) => setTimeout(done))
    expect(page.findAll('button').map((button) => button.attributes('disabled') !== undefined)).toEqual([true, true, false])
    await page.setProps({ keyboard: [...keyboard, { TEXT: 'new', ...SEND }] })
    await nextTick()
    expect(page.findAll('button').every((button) => button.attributes('disabled') === undefined)).toBe(true)
  })

  it('opens again when a press fails', async () => {
    const page = mount(Keyboard, { props: { keyboard: [{ TEXT: 'a', COMMAND: 'c', BLOCK: 'Y' }], onPress: () => Promise.reject(new Error('refused')) } })
    await page.get('button').trigger('click')
    await new Promise((done) => setTimeout(done))
    expect(page.get('button').attributes('disabled')).toBeUndefined()
  })

  it('shows own colours, with text that can be read', () => {
    const page = mount(Keyboard, { props: { keyboard: [{ TEXT: 'a', ...SEND, BG_COLOR: '#ffe600', WIDTH: 120 }, { TEXT: 'b', ...SEND, BG_COLOR: '#002266', TEXT_COLOR: '#abcdef' }, { TEXT: 'c', ...SEND, DISABLED: 'Y', BG_COLOR: '#002266', OFF_BG_COLOR: '#cccccc', OFF_TEXT_COLOR: '#333333' }] } })
    expect(page.findAll('button').map((button) => button.attributes('style'))).toEqual([
      'background-color: #ffe600; color: #000000; width: 7.5rem;',
      'background-color: #002266; color: #abcdef;',
      'background-color: #cccccc; color: #333333;',
    ])
    expect(contrast('#000000', '#ffe600')).toBeGreaterThan(4.5)
  })
})
