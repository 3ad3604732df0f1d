/** Messages of dialogs with links to the web, the newest first; kept by live commands once they were read. */
import { reactive } from 'vue'
import { call } from '@/api/portal'
import { on, onReload } from './connection'

export interface LinkingMessage {
  MESSAGE_ID: number
  USER_ID: number
  DATE: string
  URLS: string[]
}

export interface LinkList {
  rows: LinkingMessage[]
  /** Where the next part begins; 0 at the end. */
  next: number
  busy: boolean
}

const PAGE = 50
const lists = reactive(new Map<string, LinkList>())

/** What was read of a dialog; undefined before. */
export function linksOf(dialogId: string): LinkList | undefined {
  return lists.get(dialogId)
}

function read(dialogId: string, lastId: number, limit: number): Promise<{ LINKS: LinkingMessage[]; NEXT: number }> {
  return call('botyard.chat.link.list', { DIALOG_ID: dialogId, LIMIT: limit, ...(lastId && { LAST_ID: lastId }) })
}

export async function loadLinks(dialogId: string): Promise<void> {
  const { LINKS, NEXT } = await read(dialogId, 0, PAGE)
  lists.set(dialogId, { rows: LINKS, next: NEXT, busy: false })
}

export async function moreLinks(dialogId: string): Promise<void> {
  const list = lists.get(dialogId)
  if (!list?.next || list.busy) return
  list.busy = true
  try {
    const { LINKS, NEXT } = await read(dialogId, list.next, PAGE)
    const known = new Set(list.rows.map((row) => row.MESSAGE_ID))
    list.rows.push(...LINKS.filter((row) => !known.has(row.MESSAGE_ID)))
    list.next = NEXT
  } finally {
    list.busy = false
  }
}

/** Have a message in the list as it is now: which addresses are in it, the portal says. */
async function refresh(dialogId: string, id: number): Promise<void> {
  const { LINKS } = await read(dialogId, id + 1, 1)
  const list = lists.get(dialogId)
  if (!list) return
  const row = LINKS.find((entry) => entry.MESSAGE_ID === id)
  const others = list.rows.filter((entry) => entry.MESSAGE_ID !== id)
  list.rows = row ? [...others, row].sort((one, other) => other.MESSAGE_ID - one.MESSAGE_ID) : others
}

function remove(dialogId: string, id: number): void {
  const list = lists.get(dialogId)
  if (list) list.rows = list.rows.filter((entry) => entry.MESSAGE_ID !== id)
}

/** Whether there may be an address in a text. */
const looksLinked = (text: string): boolean => /https?:\/\/|\[url/i.test(text)

for (const command of ['message', 'messageChat']) {
  on<{ dialogId: string; message: { id: number; text: string } }>(command, ({ dialogId, message }) => {
    if (lists.has(dialogId) && looksLinked(message.text)) void refresh(dialogId, message.id).catch(() => {})
  })
}
on<{ dialogId: string; id: number; text: string }>('messageUpdate', ({ dialogId, id, text }) => {
  const list = lists.get(dialogId)
  if (!list) return
  if (!looksLinked(text)) remove(dialogId, id)
  // One that lies further back than the list comes with its part.
  else if (!list.next || id >= list.next) void refresh(dialogId, id).catch(() => {})
})
for (const command of ['messageDelete', 'messageDeleteComplete']) {
  on<{ dialogId: string; id: number }>(command, ({ dialogId, id }) => remove(dialogId, id))
}
onReload(() => Promise.all([...lists.keys()].map((dialogId) => loadLinks(dialogId).catch(() => lists.delete(dialogId)))))
