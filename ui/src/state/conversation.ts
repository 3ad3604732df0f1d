/**
 * Conversations: a window into the history of a dialog.
 *
 * The window is contiguous. It grows at either end by pages; while it reaches to the end of the chat, new messages are
 * added to it (`liveMessages.ts`), and where a command shows that one was missed, the gap is read.
 */
import { reactive } from 'vue'
import { batch, call } from '@/api/portal'
import type { Dialog, File, History } from '@/api/shapes'
import { camelPeople } from './camel'
import { chats } from './chats'
import { me } from './me'
import { fromContext, fromHistory, type ChatMessage, type ContextMessage } from './messages'
import { newDialog } from './newDialog'
import { meet } from './people'
import { loadReactions, takeReactions, type ReactionCount } from './reactions'
import { resumeReading } from './reading'

export interface Conversation {
  dialogId: string
  dialog: Dialog | null
  messages: ChatMessage[]
  /** Messages of this person that are not accepted yet, in their order. */
  outgoing: ChatMessage[]
  hasEarlier: boolean
  hasLater: boolean
  loading: boolean
  error: string
  /** Where the line "new messages" stands; 0 for nowhere. */
  firstUnreadId: number
  /** How far others have read, by their ids. */
  readUpTo: Record<number, number>
  /** The message that is shown with a mark, because a link or quote leads to it; `jumps` counts how often one did. */
  target: number
  jumps: number
  /** Which message stood at the top of the list, how far below its edge; null at the end of the chat. */
  place: Place | null
}

export interface Place {
  messageId: number
  offset: number
}

interface Around {
  MESSAGES: ContextMessage[]
  USERS: Record<string, unknown>[]
  FILES: File[]
  REACTIONS: ReactionCount[]
  HAS_EARLIER: boolean
  HAS_LATER: boolean
}

export const PAGE = 50
const KEPT = 12
export const conversations = reactive(new Map<string, Conversation>())

/** The conversation of a dialog, empty until it is opened. */
export function conversation(dialogId: string): Conversation {
  let known = conversations.get(dialogId)
  if (known) {
    conversations.delete(dialogId)
    conversations.set(dialogId, known)
    return known
  }
  conversations.set(dialogId, {
    dialogId,
    dialog: null,
    messages: [],
    outgoing: [],
    hasEarlier: false,
    hasLater: false,
    loading: false,
    error: '',
    firstUnreadId: 0,
    readUpTo: {},
    target: 0,
    jumps: 0,
    place: null,
  })
  for (const [id, entry] of conversations) {
    if (conversations.size <= KEPT) break
    if (id !== dialogId && entry.outgoing.length === 0) conversations.delete(id)
  }
  known = conversations.get(dialogId)
  return known as Conversation
}

/** What is being read into a conversation, so that one reading follows the other. */
const readings = new Map<string, Promise<unknown>>()

async function afterOthers<T>(shown: Conversation, work: () => Promise<T>): Promise<T> {
  const before = readings.get(shown.dialogId)
  const mine = (before ?? Promise.resolve()).catch(() => {}).then(async () => {
    shown.loading = true
    try {
      return await work()
    } finally {
      shown.loading = false
    }
  })
  readings.set(shown.dialogId, mine)
  try {
    return await mine
  } finally {
    if (readings.get(shown.dialogId) === mine) readings.delete(shown.dialogId)
  }
}

interface Ahead {
  dialogId: string
  messageId: number
  opened: Promise<Conversation>
}
let ahead: Ahead | null = null

/** Begin to open a dialog for which there is no view yet, which takes what was read. */
export function openAhead(dialogId: string, messageId: number): void {
  ahead = { dialogId, messageId, opened: openNow(dialogId, messageId) }
}

/** Open a dialog at its first unread message, or at one that is named. */
export function open(dialogId: string, messageId = 0): Promise<Conversation> {
  const begun = ahead
  ahead = null
  return begun?.dialogId === dialogId && begun.messageId === messageId ? begun.opened : openNow(dialogId, messageId)
}

async function openNow(dialogId: string, messageId: number): Promise<Conversation> {
  const shown = conversation(dialogId)
  resumeReading(dialogId)
  if (messageId) {
    await jump(shown, messageId)
  } else if (shown.messages.length) {
    const row = chats.rows.get(dialogId)
    const unread = row?.counter ? shown.messages.find((message) => message.id > row.lastId && message.authorId !== me.id) : undefined
    shown.firstUnreadId = unread?.id ?? 0
    shown.target = 0
    void refreshDialog(shown).catch(() => {})
  } else {
    await load(shown, 0)
  }
  return shown
}

/** Show one message, wherever in the history it is. */
export async function jump(shown: Conversation, messageId: number): Promise<void> {
  const here = () => shown.messages.some((message) => message.id === messageId)
  if (!here()) {
    // Known before it is there: the list begins at it, and what lies behind it is not seen yet.
    shown.target = messageId
    await load(shown, messageId)
  }
  shown.target = here() ? messageId : 0
  shown.jumps++
}

/** Read a conversation anew: at a message, at what is unread (0), or at its end. */
async function load(shown: Conversation, at: number | 'end'): Promise<void> {
  await afterOthers(shown, async () => {
    shown.error = ''
    try {
      await readAnew(shown, at)
    } catch (fault) {
      shown.error = fault instanceof Error ? fault.message : String(fault)
    }
  })
}

async function readAnew(shown: Conversation, wanted: number | 'end'): Promise<void> {
  const lastBefore = shown.messages.at(-1)?.id ?? 0
  const answers = await batch<{ dialog: Dialog; history: History }>({
    dialog: ['im.dialog.get', { DIALOG_ID: shown.dialogId }],
    history: ['im.dialog.messages.get', { DIALOG_ID: shown.dialogId, LIMIT: PAGE }],
  })
  // What was refused has its reason in the answer of the single call.
  const dialog = answers.dialog ?? (await call<Dialog>('im.dialog.get', { DIALOG_ID: shown.dialogId }).catch((fault) => newDialog(shown.dialogId, fault)))
  const unread = dialog.counter > 0 ? dialog.unread_id : 0
  if (wanted === 0) shown.firstUnreadId = unread
  const latest = answers.history ? fromPage(answers.history) : []
  const at = wanted === 'end' ? 0 : wanted || (unread && !latest.some((message) => message.id <= unread) ? unread : 0)
  const around = at > 0 && !latest.some((message) => message.id === at) && (await loadAround(shown, dialog.id, at))
  if (!around) {
    // A live command may be here before the page, which was read without its message.
    const newer = Math.max(lastBefore, latest.at(-1)?.id ?? 0)
    shown.messages = [...latest, ...shown.messages.filter((message) => message.id > newer)]
    shown.hasEarlier = latest.length === PAGE
    shown.hasLater = false
    void loadReactions(shown.messages)
  }
  // Last, because with it the conversation is shown.
  keepDialog(shown, dialog)
}

/** Whether the message is there. */
async function loadAround(shown: Conversation, chatId: number, messageId: number): Promise<boolean> {
  const around = await call<Around>('botyard.message.context', { MESSAGE_ID: messageId, RANGE: PAGE / 2 }).catch(() => null)
  if (!around) return false
  meet(camelPeople(around.USERS))
  const files = new Map(around.FILES.map((file) => [file.id, file]))
  const messages = around.MESSAGES.map((message) => fromContext(message, files))
  if (messages[0]?.chatId !== chatId) return false
  shown.messages = messages
  takeReactions(shown.messages, around.REACTIONS)
  shown.hasEarlier = around.HAS_EARLIER
  shown.hasLater = around.HAS_LATER
  return true
}

/** Read the page before the window. */
export async function loadEarlier(shown: Conversation): Promise<void> {
  await afterOthers(shown, async () => {
    const first = shown.messages[0]
    if (!first || !shown.hasEarlier) return
    const history = await call<History>('im.dialog.messages.get', { DIALOG_ID: shown.dialogId, LAST_ID: first.id, LIMIT: PAGE })
    if (shown.messages[0]?.id !== first.id) return
    const page = fromPage(history)
    shown.messages.unshift(...page)
    shown.hasEarlier = page.length === PAGE
    void loadReactions(shown.messages.slice(0, page.length))
  })
}

/** Read the page after the window. */
export async function loadLater(shown: Conversation): Promise<void> {
  await afterOthers(shown, async () => {
    const last = shown.messages.at(-1)
    if (!last) return
    const history = await call<History>('im.dialog.messages.get', { DIALOG_ID: shown.dialogId, FIRST_ID: last.id, LIMIT: PAGE })
    const page = fromPage(history)
    add(shown, page)
    shown.hasLater = page.length === PAGE
    const fresh = new Set(page.map((message) => message.id))
    void loadReactions(shown.messages.filter((message) => fresh.has(message.id)))
  })
}

/** Add messages that are not there yet, in their order. An own one takes the place of the one that is being sent. */
export function add(shown: Conversation, several: ChatMessage[]): void {
  const known = new Set(shown.messages.map((message) => message.id))
  const fresh = several.filter((message) => !known.has(message.id))
  for (const message of fresh) {
    if (message.authorId !== me.id || !message.uuid) continue
    const sent = shown.outgoing.find((entry) => entry.uuid === message.uuid)
    if (!sent) continue
    message.key = sent.key
    shown.outgoing = shown.outgoing.filter((entry) => entry.uuid !== message.uuid)
  }
  const last = shown.messages.at(-1)
  shown.messages.push(...fresh)
  if (last && fresh.some((message) => message.id < last.id)) shown.messages.sort((one, other) => one.id - other.id)
}

/** Go to the end of the chat. */
export async function loadLatest(shown: Conversation): Promise<void> {
  shown.target = 0
  if (shown.hasLater) await load(shown, 'end')
}

/** Read anew what is shown, where commands may have been missed. */
export async function reload(shown: Conversation): Promise<void> {
  const { place } = shown
  if (!place) return load(shown, 'end')
  await afterOthers(shown, async () => {
    await refreshDialog(shown)
    await loadAround(shown, shown.dialog?.id ?? 0, place.messageId)
  })
}

/** Drop what is far from what is shown, so that a long history stays light. */
export function trim(shown: Conversation, from: 'start' | 'end', keep: number): void {
  const over = shown.messages.length - keep
  if (over <= 0) return
  if (from === 'start') {
    shown.messages.splice(0, over)
    shown.hasEarlier = true
  } else {
    shown.messages.splice(keep)
    shown.hasLater = true
  }
}

export async function refreshDialog(shown: Conversation): Promise<void> {
  keepDialog(shown, await call<Dialog>('im.dialog.get', { DIALOG_ID: shown.dialogId }))
}

function keepDialog(shown: Conversation, dialog: Dialog): void {
  shown.dialog = dialog
  for (const reader of dialog.readed_list) {
    shown.readUpTo[reader.user_id] = Math.max(shown.readUpTo[reader.user_id] ?? 0, reader.message_id)
  }
}

function fromPage(history: History): ChatMessage[] {
  meet(history.users)
  const files = new Map(history.files.map((file) => [file.id, file]))
  return history.messages.map((message) => fromHistory(message, files)).sort((one, other) => one.id - other.id)
}
