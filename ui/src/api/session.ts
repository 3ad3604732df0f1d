/**
 * Who is signed in: OAuth 2 with PKCE, as any application without a secret does it.
 *
 * The pair of tokens is kept in `localStorage`, for all tabs; one tab at a time renews it. Whoever has no pair is sent
 * to the portal's own sign-in, which leads back with a code.
 */
import { ApiError } from './portal'

export const CLIENT_ID = 'botyard.messenger'
const PAIR = 'botyard.tokens'
const ATTEMPT = 'botyard.sign-in'
const REDIRECT = '/online/signed-in'
/** Seconds before its end at which a token is renewed. */
const EARLY = 60

export interface Tokens {
  access_token: string
  refresh_token: string
  expires: number
  user_id: number
  scope: string
}

interface Attempt {
  verifier: string
  state: string
  back: string
}

let tokens = read<Tokens>(localStorage, PAIR)

window.addEventListener('storage', (event) => {
  if (event.key !== PAIR) return
  const before = tokens?.user_id
  tokens = read<Tokens>(localStorage, PAIR)
  // Another tab has signed out, or somebody else in.
  if (before !== undefined && tokens?.user_id !== before) location.assign('/online/')
})

export function signedIn(): boolean {
  return tokens !== null
}

export function userId(): number {
  return tokens?.user_id ?? 0
}

/** Whether the token carries a permission. Administration is not among those of a usual sign-in: it is asked for apart. */
export function permits(scope: string): boolean {
  return tokens?.scope.split(/[ ,]+/).includes(scope) ?? false
}

/**
 * Leave for the portal's page that asks an administrator to prove who they are, and come back with a token that
 * administers. Until then, and whoever turns back, keeps the token that there is.
 */
export function askFor(scope: string, back = location.pathname + location.search): Promise<never> {
  return leave(back, scope)
}

/** A token that is good for at least a moment. */
export async function token(): Promise<string> {
  if (tokens && tokens.expires - Date.now() / 1000 > EARLY) return tokens.access_token
  return renew()
}

/** A new token, by the refresh token; without one that counts, the person has to sign in again. */
export async function renew(): Promise<string> {
  const stale = tokens?.access_token
  return alone(async () => {
    const stored = read<Tokens>(localStorage, PAIR)
    if (stored && stored.access_token !== stale) {
      tokens = stored
      return stored.access_token
    }
    if (!stored) return signIn()
    const answer = await ask({ grant_type: 'refresh_token', refresh_token: stored.refresh_token })
    if (answer === 'refused') return signIn()
    return keep(answer).access_token
  })
}

/** Leave for the portal's sign-in, and come back to `back`. Nothing after this happens on this page. */
export async function signIn(back = location.pathname + location.search, scope = ''): Promise<never> {
  localStorage.removeItem(PAIR)
  tokens = null
  return leave(back, scope)
}

async function leave(back: string, scope: string): Promise<never> {
  const attempt: Attempt = { verifier: random(48), state: random(18), back }
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt))
  const params = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: 'code',
    redirect_uri: location.origin + REDIRECT,
    state: attempt.state,
    code_challenge: base64url(await sha256(attempt.verifier)),
    code_challenge_method: 'S256',
    ...(scope && { scope }),
  })
  location.assign(`/oauth/authorize/?${params}`)
  return new Promise<never>(() => {})
}

/** Take the code that the portal sent back with, and say where the person wanted to go. */
export async function finishSignIn(search: string): Promise<string> {
  const params = new URLSearchParams(search)
  const attempt = read<Attempt>(sessionStorage, ATTEMPT)
  sessionStorage.removeItem(ATTEMPT)
  if (!attempt || params.get('state') !== attempt.state) return '/online/'
  const answer = await ask({
    grant_type: 'authorization_code',
    code: params.get('code') ?? '',
    redirect_uri: location.origin + REDIRECT,
    code_verifier: attempt.verifier,
  })
  if (answer === 'refused') throw new ApiError('SIGN_IN', 'The sign-in was refused', 400)
  keep(answer)
  return attempt.back.startsWith('/online/') ? attempt.back : '/online/'
}

/** Forget the tokens here and in other tabs, and end the session at the portal. */
export function signOut(): void {
  localStorage.removeItem(PAIR)
  location.assign('/logout?next=/online/')
}

async function ask(params: Record<string, string>): Promise<Tokens | 'refused'> {
  let response: Response
  try {
    response = await fetch('/oauth/token/', {
      method: 'POST',
      body: new URLSearchParams({ client_id: CLIENT_ID, ...params }),
    })
  } catch {
    throw new ApiError('NETWORK', 'No connection to the server', 0)
  }
  if (response.status >= 500 || response.status === 429) throw new ApiError('BUSY', response.statusText, response.status)
  const body = await response.json()
  return response.ok && body.access_token ? (body as Tokens) : 'refused'
}

function keep(pair: Tokens): Tokens {
  const { access_token, refresh_token, expires, user_id, scope } = pair
  tokens = { access_token, refresh_token, expires, user_id: Number(user_id), scope }
  localStorage.setItem(PAIR, JSON.stringify(tokens))
  return tokens
}

function read<T>(storage: Storage, name: string): T | null {
  try {
    return JSON.parse(storage.getItem(name) ?? 'null') as T | null
  } catch {
    return null
  }
}

/** One tab at a time. Browsers know no locks where a page was not loaded over https; there all tabs may. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? (navigator.locks.request(PAIR, work) as Promise<T>) : work()
}

async function sha256(text: string): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  if (crypto.subtle) return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return (await import('@noble/hashes/sha2.js')).sha256(bytes)
}

function random(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)))
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}
