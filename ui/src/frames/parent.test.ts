import { describe, expect, it, vi } from 'vitest'
import { receive, type Frame, type Handlers } from './parent'
import { readMessage, writeAnswer } from './protocol'

const ORIGIN = 'https://app.example.com'
const SID = '0123456789abcdef'

function frame(): Frame & { posted: unknown[] } {
  const posted: unknown[] = []
  return { posted, origin: ORIGIN, sid: SID, window: { postMessage: (data: unknown, origin: unknown) => posted.push([data, origin]) } as Frame['window'] }
}

function event(data: unknown, from: Frame, origin = ORIGIN): MessageEvent {
  return { data, origin, source: from.window } as unknown as MessageEvent
}

describe('what pages write', () => {
  it.each([
    ['getInitData:cb1:sid', { command: 'getInitData', params: {}, callback: 'cb1', sid: 'sid' }],
    ['setTitle:{"title":"a:b","isSafely":true}:cb1:sid', { command: 'setTitle', params: { title: 'a:b', isSafely: true }, callback: 'cb1', sid: 'sid' }],
    ['setValue:"x:y":cb:sid', { command: 'setValue', params: 'x:y', callback: 'cb', sid: 'sid' }],
    ['setValue:x: y:cb:sid', { command: 'setValue', params: 'x: y', callback: 'cb', sid: 'sid' }],
    [{ method: 'a:b', params: '', callback: 'cb', appSid: 'sid' }, { command: 'a:b', params: {}, callback: 'cb', sid: 'sid' }],
    [{ method: 'a:b', params: { c: 1 }, callback: 'cb', appSid: 'sid', requestId: 'r' }, { command: 'a:b', params: { c: 1 }, callback: 'cb', sid: 'sid' }],
  ])('%s', (data, message) => expect(readMessage(data)).toEqual(message))

  it.each([[''], ['a'], ['a:b'], ['::'], [null], [7], [{}], [{ method: 'a', callback: 1, appSid: 's' }], [`a:${'x'.repeat(1_000_001)}:c:s`]])(
    'nothing of %s',
    (data) => expect(readMessage(data)).toBeNull(),
  )

  it('writes an answer', () => {
    expect(writeAnswer('cb', { a: ':' })).toBe('cb:{"a":":"}')
    expect(writeAnswer('cb', undefined)).toBe('cb:null')
  })
})

describe('who is answered', () => {
  const handlers: Handlers = { ask: ({ what }) => ({ what }), fail: () => Promise.reject(new Error('no')) }

  it('answers the page at its origin', async () => {
    const page = frame()
    expect(await receive(event(`ask:{"what":1}:cb:${SID}`, page), page, handlers)).toBe(true)
    expect(page.posted).toEqual([['cb:{"what":1}', ORIGIN]])
  })

  it.each(['https://evil.example', 'null', 'http://app.example.com', 'https://app.example.com.evil.example'])('ignores %s', async (origin) => {
    const page = frame()
    const handler = vi.fn()
    expect(await receive(event(`ask:cb:${SID}`, page, origin), page, { ask: handler })).toBe(false)
    expect([handler.mock.calls, page.posted]).toEqual([[], []])
  })

  it('ignores other windows, other sessions, and all of a frame that is not there', async () => {
    const page = frame()
    const other = frame()
    expect(await receive(event(`ask:cb:${SID}`, other), page, handlers)).toBe(false)
    expect(await receive(event('ask:cb:ffff', page), page, handlers)).toBe(false)
    expect(await receive({ data: `ask:cb:${SID}`, origin: ORIGIN, source: null }, { ...page, window: null }, handlers)).toBe(false)
    expect([...page.posted, ...other.posted]).toEqual([])
  })

  it.each(['unknown', 'fail', 'constructor', '__proto__', 'toString'])('answers %s with nothing, at once', async (command) => {
    const page = frame()
    expect(await receive(event(`${command}:cb:${SID}`, page), page, handlers)).toBe(true)
    expect(page.posted).toEqual([['cb:[]', ORIGIN]])
  })

  it('gives handlers what was sent as text beside parameters that are none', async () => {
    const page = frame()
    const handler = vi.fn(() => 1)
    await receive(event(`set:[1,2]:cb:${SID}`, page), page, { set: handler })
    expect(handler).toHaveBeenCalledWith({}, [1, 2])
  })
})
