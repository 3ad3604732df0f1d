/**
 * Conversations: a window into the history of a dialog, kept by live commands.
 *
 * The window is contiguous. It grows at either end by pages; while it reaches to the end of the chat, new messages are
 * added to it, and where a command shows that one was missed, the gap is read.
 */
import { reactive } from 'vue'
import { batch, call } from '@/api/portal'
import type { Dialog, File, History, Person } from '@/api/shapes'
import type { MessageCommand } from './chats'
import { on, onReload } from './connection'
import { me } from './me'
import { change, fromCommand, fromContext, fromHistory, type ChatMessage, type ContextMessage } from './messages'
import { meet } from './people'
import { camelPeople } from './camel'

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
  /** Who is writing, until when (milliseconds). */
  writing: Record<number, number>
  /** The message that is shown with a mark, because a link or quote leads to it. */
  target: number
}

const PAGE = 50
const KEPT = 12
const conversations = reactive(new Map<string, Conversation>())

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
    writing: {},
    target: 0,
  })
  for (const [id, entry] of conversations) {
    if (conversations.size <= KEPT) break
    if (id !== dialogId && entry.outgoing.length === 0) conversations.delete(id)
  }
  known = conversations.get(dialogId)
  return known as Conversation
}

/** Open a dialog at its first unread message, or at one that is named. */
export async function open(dialogId: string, messageId = 0): Promise<Conversation> {
  const shown = conversation(dialogId)
  if (shown.loading) return shown
  if (shown.messages.length && !messageId) {
    void refreshDialog(shown).catch(() => {})
    return shown
  }
  if (messageId && shown.messages.some((message) => message.id === messageId)) {
    shown.target = messageId
    return shown
  }
  await load(shown, messageId)
  return shown
}

async function load(shown: Conversation, messageId: number): Promise<void> {
  Object.assign(shown, { loading: true, error: '' })
  try {
    const { dialog, history } = await batch<{ dialog: Dialog; history: History }>({
      dialog: ['im.dialog.get', { DIALOG_ID: shown.dialogId }],
      history: ['im.dialog.messages.get', { DIALOG_ID: shown.dialogId, LIMIT: PAGE }],
    })
    if (!dialog) throw new Error('ACCESS_ERROR')
    keepDialog(shown, dialog)
    const unread = dialog.counter > 0 ? dialog.unread_id : 0
    shown.firstUnreadId = unread
    const latest = history ? fromPage(history) : []
    const at = messageId || (unread && !latest.some((message) => message.id <= unread) ? unread : 0)
    if (at && !latest.some((message) => message.id === at)) await loadAround(shown, at)
    else {
      shown.messages = latest
      shown.hasEarlier = latest.length === PAGE
      shown.hasLater = false
    }
    shown.target = messageId
    void loadReactions(shown, shown.messages)
  } catch (fault) {
    shown.error = fault instanceof Error ? fault.message : String(fault)
  } finally {
    shown.loading = false
  }
}

async function loadAround(shown: Conversation, messageId: number): Promise<void> {
  const around = await call<{ MESSAGES: ContextMessage[]; USERS: Record<string, unknown>[]; FILES: File[]; HAS_EARLIER: boolean; HAS_LATER: boolean }>(
    'botyard.message.context',
    { MESSAGE_ID: messageId, RANGE: PAGE / 2 },
  )
  meet(camelPeople(around.USERS))
  const files = new Map(around.FILES.map((file) => [file.id, file]))
  shown.messages = around.MESSAGES.map((message) => fromContext(message, files))
  shown.hasEarlier = around.HAS_EARLIER
  shown.hasLater = around.HAS_LATER
}

/** Read the page before the window. */
export async function loadEarlier(shown: Conversation): Promise<void> {
  const first = shown.messages[0]
  if (!first || !shown.hasEarlier || shown.loading) return
  shown.loading = true
  try {
    const page = fromPage(await call<History>('im.dialog.messages.get', { DIALOG_ID: shown.dialogId, LAST_ID: first.id, LIMIT: PAGE }))
    shown.messages.unshift(...page)
    shown.hasEarlier = page.length === PAGE
    void loadReactions(shown, page)
  } finally {
    shown.loading = false
  }
}

/** Read the page after the window. */
export async function loadLater(shown: Conversation): Promise<void> {
  const last = shown.messages.at(-1)
  if (!last || shown.loading) return
  shown.loading = true
  try {
    const page = fromPage(await call<History>('im.dialog.messages.get', { DIALOG_ID: shown.dialogId, FIRST_ID: last.id, LIMIT: PAGE }))
    const known = new Set(shown.messages.map((message) => message.id))
    shown.messages.push(...page.filter((message) => !known.has(message.id)))
    shown.messages.sort((one, other) => one.id - other.id)
    shown.hasLater = page.length === PAGE
    void loadReactions(shown, page)
  } finally {
    shown.loading = false
  }
}

/** Go to the end of the chat. */
export async function loadLatest(shown: Conversation): Promise<void> {
  if (shown.hasLater) await load(shown, 0)
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

export async function loadReactions(shown: Conversation, messages: ChatMessage[]): Promise<void> {
  const ids = messages.map((message) => message.id).filter((id) => id > 0)
  if (!ids.length) return
  const counts = await call<{ MESSAGE_ID: number; REACTION: string; COUNT: number; OWN: boolean }[]>('botyard.message.reaction.counts', {
    MESSAGE_IDS: ids.slice(-100),
  }).catch(() => null)
  if (!counts) return
  const wanted = new Set(ids)
  for (const message of shown.messages) {
    if (!wanted.has(message.id)) continue
    message.reactions = counts
      .filter((entry) => entry.MESSAGE_ID === message.id)
      .map(({ REACTION: reaction, COUNT: count, OWN: own }) => ({ reaction, count, own }))
  }
}

function took(params: MessageCommand): void {
  const shown = conversations.get(params.dialogId)
  if (!shown) return
  const message = fromCommand(params.message, params.files)
  if (message.uuid) shown.outgoing = shown.outgoing.filter((entry) => entry.uuid !== message.uuid)
  delete shown.writing[message.authorId]
  if (shown.dialog) {
    shown.dialog.last_message_id = Math.max(shown.dialog.last_message_id, message.id)
    shown.dialog.message_count++
  }
  if (shown.hasLater) return
  const last = shown.messages.at(-1)
  if (shown.messages.some((entry) => entry.id === message.id)) return
  if (last && params.message.prevId > last.id) {
    // Something between was missed.
    void loadLater(shown)
    return
  }
  shown.messages.push(message)
  if (last && last.id > message.id) shown.messages.sort((one, other) => one.id - other.id)
}

function find(dialogId: string, id: number): ChatMessage | undefined {
  return conversations.get(dialogId)?.messages.find((message) => message.id === id)
}

on<MessageCommand>('message', took)
on<MessageCommand>('messageChat', took)
for (const command of ['messageUpdate', 'messageDelete']) {
  on<{ dialogId: string; id: number; text: string; params: Record<string, unknown> }>(command, (params) => {
    const message = find(params.dialogId, params.id)
    if (message) change(message, params.text, params.params)
  })
}
on<{ dialogId: string; id: number }>('messageDeleteComplete', ({ dialogId, id }) => {
  const shown = conversations.get(dialogId)
  if (shown) shown.messages = shown.messages.filter((message) => message.id !== id)
})

export interface ReactionCommand {
  dialogId: string
  messageId: number
  userId: number
  reaction: string
}

/** Count a reaction that somebody has set or taken back. */
export function countReaction(message: ChatMessage, { userId, reaction }: ReactionCommand, step: 1 | -1): void {
  const own = userId === me.id
  const entry = message.reactions.find((candidate) => candidate.reaction === reaction)
  if (!entry) {
    if (step > 0) message.reactions.push({ reaction, count: 1, own })
    return
  }
  if (own && entry.own === step > 0) return
  entry.count += step
  if (own) entry.own = step > 0
  if (entry.count <= 0) message.reactions = message.reactions.filter((candidate) => candidate !== entry && candidate.reaction !== reaction)
}

on<ReactionCommand>('addReaction', (params) => {
  const message = find(params.dialogId, params.messageId)
  if (message) countReaction(message, params, 1)
})
on<ReactionCommand>('deleteReaction', (params) => {
  const message = find(params.dialogId, params.messageId)
  if (message) countReaction(message, params, -1)
})

for (const command of ['readMessageOpponent', 'readMessageChatOpponent']) {
  on<{ dialogId: string; userId: number; lastId: number }>(command, ({ dialogId, userId, lastId }) => {
    const shown = conversations.get(dialogId)
    if (shown) shown.readUpTo[userId] = Math.max(shown.readUpTo[userId] ?? 0, lastId)
  })
}
for (const command of ['unreadMessageOpponent', 'unreadMessageChatOpponent']) {
  on<{ dialogId: string; userId: number; lastId: number }>(command, ({ dialogId, userId, lastId }) => {
    const shown = conversations.get(dialogId)
    if (shown) shown.readUpTo[userId] = lastId
  })
}

on<{ dialogId: string; userId: number; userName: string; duration: number }>('startWriting', ({ dialogId, userId, duration }) => {
  const shown = conversations.get(dialogId)
  if (!shown || userId === me.id) return
  const until = Date.now() + (duration || 8000)
  shown.writing[userId] = until
  setTimeout(() => {
    if (shown.writing[userId] === until) delete shown.writing[userId]
  }, until - Date.now())
})

/** Commands after which the head of a chat is another one. */
const CHANGES = ['chatRename', 'chatAvatar', 'chatChangeColor', 'chatDescription', 'chatManagers', 'chatOwner', 'chatPermissions', 'chatTextField', 'chatUserAdd', 'chatUserLeave', 'chatMuteNotify']
for (const command of CHANGES) {
  on<{ dialogId: string; users?: Record<string, Person> }>(command, ({ dialogId, users }) => {
    if (users) meet(Object.values(users))
    const shown = conversations.get(dialogId)
    if (shown?.dialog) void refreshDialog(shown).catch(() => conversations.delete(dialogId))
  })
}

onReload(async () => {
  for (const shown of conversations.values()) {
    if (shown.messages.length) await load(shown, 0)
  }
})
