/**
 * The list of chats, kept by live commands alone: docs/explanation/live-commands.md.
 *
 * A chat is known by its dialog id as the person has it: `17` for a person, `chat42` for a group.
 */
import { computed, reactive } from 'vue'
import { answer, call } from '@/api/portal'
import type { File, Person, RecentItem } from '@/api/shapes'
import { on, onReload } from './connection'
import { me } from './me'
import { meet } from './people'
import { countMention, isMention, loadMentions, mentioningChats } from './unreadMentions'

export interface ChatRow {
  dialogId: string
  chatId: number
  private: boolean
  title: string
  avatar: string
  color: string
  /** `user`, `bot`, `open`, `chat`, … */
  kind: string
  members: number
  last: { id: number; text: string; authorId: number; date: string; read: boolean; file: boolean; attach: boolean; files?: Pick<File, 'name' | 'type'>[] }
  counter: number
  lastId: number
  muted: boolean
  unread: boolean
  pinned: boolean
  date: string
}

/** The six fields of a command that say how a chat stands in the person's list. */
export interface Place {
  chatId: number
  dialogId: string
  counter: number
  lastId: number
  muted: boolean
  unread: boolean
  pinned: boolean
  listed: boolean
}

export interface SentMessage {
  id: number
  templateId: string
  prevId: number
  chatId: number
  senderId: number
  system: 'Y' | 'N'
  date: string
  text: string
  params: Record<string, unknown>
}

export interface MessageCommand extends Place {
  message: SentMessage
  users: Record<string, Person>
  chat: Record<string, { id: number; name: string; avatar: string; color: string; type: string; user_counter: number }>
  files: File[]
  notify: boolean
}

export const chats = reactive({
  rows: new Map<string, ChatRow>(),
  loaded: false,
  loading: false,
  more: false,
  notifications: 0,
})

const PAGE = 50
const ASKED = { SKIP_OPENLINES: 'Y', GET_ORIGINAL_TEXT: 'Y' }
let oldest = ''

/** The rows in their order: pinned ones first, then by the last thing that happened. */
export const ordered = computed(() =>
  // What they are ordered by is read once a row: reading reactive fields is what costs.
  [...chats.rows.values()]
    .map((row) => ({ row, pinned: Number(row.pinned), date: row.date, id: row.last.id }))
    .sort((one, other) => other.pinned - one.pinned || compare(other.date, one.date) || other.id - one.id)
    .map(({ row }) => row),
)

/** Dates of the portal are all written alike, so that their texts stand in the order of the times. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}

export const unreadTotal = computed(() => {
  let total = 0
  for (const row of chats.rows.values()) if (!row.muted) total += row.counter || Number(row.unread)
  return total
})

/** Read the first page and the counters anew. */
export async function loadChats(): Promise<void> {
  chats.loading = true
  try {
    const [page, counters] = await Promise.all([
      answer<{ items: RecentItem[]; hasMore?: boolean }>('im.recent.list', { LIMIT: PAGE, ...ASKED }),
      call<{ TYPE: { NOTIFY: number } }>('im.counters.get'),
    ])
    chats.rows.clear()
    oldest = ''
    takePage(page.result)
    chats.notifications = counters.TYPE.NOTIFY
    chats.loaded = true
  } finally {
    chats.loading = false
  }
  // Behind the list, so that no mention of a message that is listed already is counted twice.
  void loadMentions().then(loadMentioning).catch(() => {})
}

/** Read the next page. */
export async function moreChats(): Promise<void> {
  if (!chats.more || chats.loading) return
  chats.loading = true
  try {
    takePage(await call('im.recent.list', { LIMIT: PAGE, LAST_MESSAGE_DATE: oldest, ...ASKED }))
  } finally {
    chats.loading = false
  }
}

/** Read the unread chats that are further down than the pages read so far. */
export async function loadUnread(): Promise<void> {
  const page = await call<{ items: RecentItem[] }>('im.recent.list', { LIMIT: 200, UNREAD_ONLY: 'Y', ...ASKED })
  takeRows(page.items)
}

/** Read the chats with mentions, where they are further down. */
async function loadMentioning(): Promise<void> {
  const listed = new Set([...chats.rows.values()].map((row) => row.chatId))
  if (mentioningChats().some((id) => !listed.has(id))) await loadUnread()
}

function takeRows(items: RecentItem[]): void {
  meet(items.map((item) => item.user))
  for (const item of items) chats.rows.set(String(item.id), fromItem(item))
}

function takePage(page: { items: RecentItem[]; hasMore?: boolean }): void {
  takeRows(page.items)
  for (const item of page.items) if (!item.pinned) oldest = item.date_last_activity
  chats.more = page.hasMore === true && oldest !== ''
}

export function fromItem(item: RecentItem): ChatRow {
  const isPrivate = item.type === 'user'
  return {
    dialogId: String(item.id),
    chatId: item.chat_id,
    private: isPrivate,
    title: item.title,
    avatar: item.avatar.url,
    color: item.avatar.color,
    kind: isPrivate ? (item.user.bot ? 'bot' : 'user') : (item.chat.type ?? 'chat'),
    members: item.chat.user_counter ?? 2,
    last: {
      id: item.message.id,
      text: item.message.text,
      authorId: item.message.author_id,
      date: item.message.date,
      read: item.message.status === 'delivered',
      file: item.message.file,
      attach: item.message.attach,
    },
    counter: item.counter,
    lastId: item.last_id,
    muted: !Array.isArray(item.chat.mute_list) && item.chat.mute_list?.[String(me.id)] === true,
    unread: item.unread,
    pinned: item.pinned,
    date: item.date_last_activity,
  }
}

/** One row read from the portal, where a command tells of a chat that is not on the pages read so far. */
async function fetchRow(dialogId: string): Promise<void> {
  const page = await call<{ items: RecentItem[] }>('im.recent.list', { LIMIT: PAGE, ...ASKED })
  const item = page.items.find((entry) => String(entry.id) === dialogId)
  if (item) takeRows([item])
}

/** Keep how a chat stands in the list. */
function place(params: Place): ChatRow | undefined {
  if (params.listed === false) {
    chats.rows.delete(params.dialogId)
    return undefined
  }
  const row = chats.rows.get(params.dialogId)
  if (!row) {
    void fetchRow(params.dialogId).catch(() => {})
    return undefined
  }
  Object.assign(row, { counter: params.counter, lastId: params.lastId, muted: params.muted, unread: params.unread, pinned: params.pinned })
  return row
}

function took(params: MessageCommand): void {
  meet(Object.values(params.users))
  const isPrivate = !params.dialogId.startsWith('chat')
  let row = chats.rows.get(params.dialogId)
  if (!row && params.listed) {
    const chat = params.chat[String(params.chatId)]
    const other = params.users[params.dialogId]
    row = {
      dialogId: params.dialogId,
      chatId: params.chatId,
      private: isPrivate,
      title: chat?.name ?? other?.name ?? '',
      avatar: chat?.avatar ?? other?.avatar ?? '',
      color: chat?.color ?? other?.color ?? '',
      kind: isPrivate ? (other?.bot ? 'bot' : 'user') : (chat?.type ?? 'chat'),
      members: chat?.user_counter ?? 2,
      last: { id: 0, text: '', authorId: 0, date: '', read: false, file: false, attach: false },
      counter: 0,
      lastId: 0,
      muted: false,
      unread: false,
      pinned: false,
      date: params.message.date,
    }
    chats.rows.set(params.dialogId, row)
    row = chats.rows.get(params.dialogId)
  }
  if (!row) return
  place(params)
  const { message } = params
  if (message.id < row.last.id) return
  // A command may come twice, or of what was counted by the portal.
  const counted = message.id === row.last.id
  row.last = {
    id: message.id,
    text: message.text,
    authorId: message.senderId,
    date: message.date,
    read: false,
    file: params.files.length > 0,
    files: params.files.map(({ name, type }) => ({ name, type })),
    attach: 'ATTACH' in message.params,
  }
  row.date = message.date
  if (!counted && row.counter > 0 && message.senderId !== me.id && isMention(message.text)) countMention(params.chatId)
}

on<MessageCommand>('message', took)
on<MessageCommand>('messageChat', took)

on<Place & { id: number; text: string }>('messageUpdate', (params) => {
  const row = chats.rows.get(params.dialogId)
  if (row?.last.id === params.id) row.last.text = params.text
})
on<Place & { id: number; text: string }>('messageDelete', (params) => {
  const row = place(params)
  if (row?.last.id === params.id) Object.assign(row.last, { text: '', file: false, files: [], attach: false })
})
on<Place & { id: number; lastMessage: SentMessage | null }>('messageDeleteComplete', (params) => {
  const row = place(params)
  if (!row) return
  const last = params.lastMessage
  row.last = {
    id: last?.id ?? 0,
    text: last?.text ?? '',
    authorId: last?.senderId ?? 0,
    date: last?.date ?? row.date,
    read: row.last.read,
    file: Array.isArray(last?.params?.FILE_ID),
    attach: last !== null && 'ATTACH' in last.params,
  }
  if (last) row.date = last.date
})
for (const command of ['readMessage', 'readMessageChat', 'unreadMessage', 'unreadMessageChat', 'chatPin', 'chatUnread', 'chatMuteNotify', 'chatHide']) {
  on<Place>(command, place)
}
for (const command of ['readMessageOpponent', 'readMessageChatOpponent', 'unreadMessageOpponent', 'unreadMessageChatOpponent']) {
  on<{ dialogId: string; chatMessageStatus: string }>(command, (params) => {
    const row = chats.rows.get(params.dialogId)
    if (row) row.last.read = params.chatMessageStatus === 'delivered'
  })
}

on<{ dialogId: string; name: string }>('chatRename', ({ dialogId, name }) => change(dialogId, { title: name }))
on<{ dialogId: string; avatar: string }>('chatAvatar', ({ dialogId, avatar }) => change(dialogId, { avatar }))
on<{ dialogId: string; color: string }>('chatChangeColor', ({ dialogId, color }) => change(dialogId, { color }))
on<Place & { userCount: number; users: Record<string, Person> }>('chatUserAdd', (params) => {
  meet(Object.values(params.users))
  place(params)
  change(params.dialogId, { members: params.userCount })
})
on<{ dialogId: string; userId: number; userCount: number }>('chatUserLeave', ({ dialogId, userId, userCount }) => {
  if (userId === me.id) chats.rows.delete(dialogId)
  else change(dialogId, { members: userCount })
})

function change(dialogId: string, fields: Partial<ChatRow>): void {
  const row = chats.rows.get(dialogId)
  if (row) Object.assign(row, fields)
}

onReload(loadChats)
