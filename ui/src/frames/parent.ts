/** The parent's half of the messages: who is listened to, and that each command is answered. */
import { readMessage, writeAnswer } from './protocol'

export type Params = Record<string, unknown>

/** Does what a page asks for; the result is posted back. */
export type Handler = (params: Params, raw: unknown) => unknown | Promise<unknown>
export type Handlers = Record<string, Handler>

/** A page that is open: its window, the origin of its address, and the session it was opened with. */
export interface Frame {
  window: Pick<Window, 'postMessage'> | null
  origin: string
  sid: string
}

/** Nothing has come of it, as the vendor's portals say it. */
export const NOTHING: readonly never[] = []

type Incoming = Pick<MessageEvent, 'data' | 'origin' | 'source'>

/**
 * Answer a message, if it is from the frame: from its window, its origin and with its session. Returns whether it was.
 *
 * What is not known, and what goes wrong, is answered too, so that no page waits for ever.
 */
export async function receive(event: Incoming, frame: Frame, handlers: Handlers): Promise<boolean> {
  const target = frame.window
  if (target === null || event.source !== target || event.origin !== frame.origin) return false
  const message = readMessage(event.data)
  if (message === null || message.sid !== frame.sid) return false
  const { command, params, callback } = message
  const handler = Object.hasOwn(handlers, command) ? handlers[command] : undefined
  let result: unknown
  try {
    result = handler ? await handler(isParams(params) ? params : {}, params) : NOTHING
  } catch {
    result = NOTHING
  }
  target.postMessage(writeAnswer(callback, result), frame.origin)
  return true
}

function isParams(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
