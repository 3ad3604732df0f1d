/** Calls of the public API. Everything that the client knows comes through here, the push connection or a file's address. */
import type { Methods } from './methods'
import { renew, token } from './session'

export class ApiError extends Error {
  constructor(
    readonly code: string,
    description: string,
    readonly status: number,
  ) {
    super(description || code)
  }

  /** Whether the same call may work later: the connection is lost, or the portal has too much to do. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

export interface Answer<T> {
  result: T
  total?: number
  next?: number
}

export type Params = Record<string, unknown>
/** The methods that the portal has, as its own registry says. */
export type MethodName = keyof Methods

const EXPIRED = new Set(['expired_token', 'invalid_token', 'NO_AUTH_FOUND'])

async function post(method: string, params: Params, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(`/rest/${method}.json`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${await token()}` },
      body: JSON.stringify(params),
      signal: signal ?? null,
    })
  } catch (fault) {
    if (fault instanceof ApiError || (fault instanceof DOMException && fault.name === 'AbortError')) throw fault
    throw new ApiError('NETWORK', 'No connection to the server', 0)
  }
}

/** The whole answer of a method. A token that has expired is renewed once. Raises ApiError. */
export async function answer<T>(method: MethodName, params: Params = {}, signal?: AbortSignal): Promise<Answer<T>> {
  for (let again = true; ; again = false) {
    const response = await post(method, params, signal)
    const body = await response.json().catch(() => ({ error: 'NOT_JSON', error_description: response.statusText }))
    if (response.ok && !('error' in body)) return body as Answer<T>
    if (again && response.status === 401 && EXPIRED.has(body.error)) {
      await renew()
      continue
    }
    throw new ApiError(String(body.error), String(body.error_description ?? ''), response.status)
  }
}

/** What a method returns. Raises ApiError. */
export async function call<T>(method: MethodName, params: Params = {}, signal?: AbortSignal): Promise<T> {
  return (await answer<T>(method, params, signal)).result
}

type Commands = Record<string, [method: MethodName, params?: Params]>

/** Several reading calls in one request, by name. A call that fails is missing in what is returned. */
export async function batch<T extends Record<string, unknown>>(commands: Commands): Promise<Partial<T>> {
  const cmd = Object.fromEntries(
    Object.entries(commands).map(([name, [method, params]]) => [name, `${method}?${query(params ?? {})}`]),
  )
  const body = await call<{ result: T | [] }>('batch', { halt: 0, cmd })
  return Array.isArray(body.result) ? {} : body.result
}

/** Nested parameters as PHP reads them: `FILTER[ID]=1`. */
export function query(params: Params): string {
  const pairs: string[] = []
  const add = (name: string, value: unknown): void => {
    if (value === undefined || value === null) return
    if (typeof value === 'object') Object.entries(value).forEach(([key, inner]) => add(`${name}[${key}]`, inner))
    else pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  }
  Object.entries(params).forEach(([name, value]) => add(name, value))
  return pairs.join('&')
}
