/**
 * The messages between a page of an application and its parent, as BX24.js and `B24Frame` of @bitrix24/b24jssdk write them:
 * `command:params:callback:sid` up, where params are JSON, raw text or left out; `callback:json` down. A command with a
 * colon in its name comes as an object.
 */
export interface FrameMessage {
  command: string
  params: unknown
  callback: string
  sid: string
}

const LONGEST = 1_000_000

export function readMessage(data: unknown): FrameMessage | null {
  if (typeof data === 'string') return fromText(data)
  if (typeof data !== 'object' || data === null) return null
  const { method, params, callback, appSid } = data as Record<string, unknown>
  if (typeof method !== 'string' || typeof callback !== 'string' || typeof appSid !== 'string') return null
  return { command: method, params: typeof params === 'string' ? parsed(params) : params, callback, sid: appSid }
}

function fromText(text: string): FrameMessage | null {
  if (text.length > LONGEST) return null
  const parts = text.split(':')
  if (parts.length < 3) return null
  const [command = '', ...rest] = parts
  const sid = rest.pop() ?? ''
  const callback = rest.pop() ?? ''
  if (!command || !callback || !sid) return null
  return { command, params: parsed(rest.join(':')), callback, sid }
}

/** JSON where it is some, and else the text itself: `setValue` sends what it likes. */
function parsed(text: string): unknown {
  if (!text) return {}
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What is posted back: without a result, `[]`, as the vendor's portals say that nothing came of it. */
export function writeAnswer(callback: string, result: unknown): string {
  return `${callback}:${JSON.stringify(result ?? null)}`
}
