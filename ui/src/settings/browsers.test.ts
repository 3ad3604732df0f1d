import { describe, expect, it } from 'vitest'
import { browserName, onPhone, own, type Session } from './browsers'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
const EDGE = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0'
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1'

describe('browsers', () => {
  it.each([
    [FIREFOX, 'Firefox · Linux', false],
    [EDGE, 'Edge · Windows', false],
    [PHONE, 'Safari · iPhone', true],
    ['curl/8.5.0', 'curl/8.5.0', false],
    ['', '', false],
  ])('%s is %s', (agent, name, phone) => {
    expect([browserName(agent), onPhone(agent)]).toEqual([name, phone])
  })

  it('takes the session last used with the same browser for its own', () => {
    const session = (ID: number, BROWSER: string): Session => ({ ID, BROWSER, CREATED: '', LAST_SEEN: '', EXPIRES: '', ADDRESS: '' })
    expect(own([session(3, PHONE), session(2, FIREFOX), session(1, FIREFOX)], FIREFOX)?.ID).toBe(2)
    expect(own([session(3, PHONE)], FIREFOX)).toBeUndefined()
  })
})
