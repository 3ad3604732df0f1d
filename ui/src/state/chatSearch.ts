/** Finding messages of one chat: the newest first, page by page. */
import { reactive } from 'vue'
import { call } from '@/api/portal'
import { camelPeople } from './camel'
import { fromContext, type ChatMessage, type ContextMessage } from './messages'
import { meet } from './people'

export interface ChatSearch {
  phrase: string
  found: ChatMessage[]
  more: boolean
  busy: boolean
  failed: boolean
  /** Whether the portal was asked for this phrase. */
  asked: boolean
}

/** The portal ignores shorter phrases. */
export const SHORTEST = 3
const PAGE = 50

export function makeSearch(): ChatSearch {
  return reactive({ phrase: '', found: [], more: false, busy: false, failed: false, asked: false })
}

let running: AbortController | null = null

/** Look for a phrase anew; an answer to an earlier one is dropped. */
export async function find(search: ChatSearch, chatId: number, phrase: string): Promise<void> {
  running?.abort()
  Object.assign(search, { phrase, found: [], more: false, failed: false, asked: false, busy: false })
  if (phrase.trim().length < SHORTEST) return
  await page(search, chatId, 0)
}

export async function findMore(search: ChatSearch, chatId: number): Promise<void> {
  const last = search.found.at(-1)
  if (last && search.more && !search.busy) await page(search, chatId, last.id)
}

async function page(search: ChatSearch, chatId: number, lastId: number): Promise<void> {
  const mine = (running = new AbortController())
  search.busy = true
  try {
    const answer = await call<{ messages: ContextMessage[]; users: Record<string, unknown>[] }>(
      'im.dialog.messages.search',
      { CHAT_ID: chatId, SEARCH_MESSAGE: search.phrase.trim(), LIMIT: PAGE, ...(lastId > 0 && { LAST_ID: lastId }) },
      mine.signal,
    )
    if (mine !== running) return
    meet(camelPeople(answer.users))
    search.found.push(...answer.messages.map((message) => fromContext({ ...message, params: Array.isArray(message.params) ? {} : message.params }, new Map())))
    search.more = answer.messages.length === PAGE
    search.asked = true
  } catch (fault) {
    if (mine !== running || (fault instanceof DOMException && fault.name === 'AbortError')) return
    search.failed = true
  } finally {
    if (mine === running) search.busy = false
  }
}
