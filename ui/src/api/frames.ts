/** Calls for pages of applications: in the person's name, or by the tokens that such a page has. */
import { ApiError, call, type Params } from './portal'

export interface FrameInit {
  AUTH_ID: string
  REFRESH_ID: string
  AUTH_EXPIRES: number
  INSTALL: boolean
  FIRST_RUN: boolean
  IS_ADMIN: boolean
  PLACEMENT: string
  PLACEMENT_OPTIONS: Record<string, unknown>
  APP_OPTIONS: Record<string, unknown>
  USER_OPTIONS: Record<string, unknown>
  [name: string]: unknown
}

/** A page to be shown: FIELDS are posted to ADDRESS, into a frame named NAME. */
export interface Opened {
  ADDRESS: string
  FIELDS: Record<string, string>
  NAME: string
  SID: string
  TITLE: string
  OPTIONS: Record<string, unknown>
  INIT: FrameInit
}

export interface Widget {
  ID: number
  PLACEMENT: string
  CLIENT_ID: string
  TITLE: string
  APPLICATION: string
  GROUP_NAME: string
  OPTIONS: Record<string, unknown>
  INSTALLED: boolean
}

export type Tokens = Pick<FrameInit, 'AUTH_ID' | 'REFRESH_ID' | 'AUTH_EXPIRES'>

/** What is opened: a page of an application, with what it is told. */
export interface Opening {
  clientId: string
  placement?: string
  id?: number
  options?: Record<string, unknown>
}

export function widgets(): Promise<Widget[]> {
  return call('botyard.placement.list')
}

export function open(opening: Opening, agree: boolean): Promise<Opened> {
  return call('botyard.placement.open', {
    CLIENT_ID: opening.clientId,
    PLACEMENT: opening.placement ?? 'DEFAULT',
    ID: opening.id ?? 0,
    OPTIONS: opening.options ?? {},
    ORIGIN: location.origin,
    AGREE: agree ? 'Y' : 'N',
  })
}

export function renewTokens(clientId: string): Promise<Tokens> {
  return call('botyard.placement.renew', { CLIENT_ID: clientId })
}

export function noteFirstRun(clientId: string): Promise<boolean> {
  return call('botyard.placement.begin', { CLIENT_ID: clientId })
}

/** Call a method as the page itself would, with its token. Raises ApiError. */
export async function callAs<T>(token: string, method: string, params: Params): Promise<T> {
  let response: Response
  try {
    response = await fetch(`/rest/${method}.json`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...params, auth: token }),
    })
  } catch {
    throw new ApiError('NETWORK', 'No connection to the server', 0)
  }
  const body = await response.json().catch(() => ({ error: 'NOT_JSON' }))
  if (!response.ok || 'error' in body) throw new ApiError(String(body.error), String(body.error_description ?? ''), response.status)
  return body.result as T
}
