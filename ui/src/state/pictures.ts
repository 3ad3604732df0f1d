/** Pictures of other sites, at the portal's addresses for them: asked for together, and each once in an hour. */
import { call } from '@/api/portal'
import { ownPath } from '@/api/ownPath'

const GOOD_FOR = 60 * 60_000
const MOST = 200

const known = new Map<string, { at: string; until: number }>()
let waiting = new Map<string, ((at: string) => void)[]>()

/** The address under which the client may show a picture; nothing where there is none. */
export function pictureUrl(url: string): string | Promise<string> {
  const own = ownPath(url)
  if (own) return own
  const entry = known.get(url)
  if (entry && entry.until > Date.now()) return entry.at
  return new Promise((show) => {
    if (waiting.size === 0) setTimeout(() => void ask(), 20)
    waiting.set(url, [...(waiting.get(url) ?? []), show])
  })
}

async function ask(): Promise<void> {
  const asked = waiting
  waiting = new Map()
  const urls = [...asked.keys()]
  for (let at = 0; at < urls.length; at += MOST) {
    const answer = await call<{ URL: string; SHOWN_AT: string }[]>('botyard.picture.get', { URLS: urls.slice(at, at + MOST) }).catch(() => [])
    for (const { URL, SHOWN_AT } of answer) known.set(URL, { at: SHOWN_AT, until: Date.now() + GOOD_FOR })
  }
  for (const [url, several] of asked) several.forEach((show) => show(known.get(url)?.at ?? ''))
}
