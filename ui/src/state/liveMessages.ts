/** Conversations are kept by live commands: docs/explanation/live-commands.md. */
import type { Person } from '@/api/shapes'
import type { MessageCommand } from './chats'
import { chats } from './chats'
import { on, onReload } from './connection'
import { add, conversations, loadLater, refreshDialog, reload, type Conversation } from './conversation'
import { linkFiles } from './fileLinks'
import { me } from './me'
import { change, fromCommand, type ChatMessage } from './messages'
import { meet } from './people'
import { takeReaction, type ReactionCommand } from './reactions'

function took(params: MessageCommand): void {
  const shown = conversations.get(params.dialogId)
  if (!shown) return
  const message = fromCommand(params.message, params.files)
  // The first message to somebody has made the chat.
  if (shown.dialog?.id === 0) void refreshDialog(shown).catch(() => {})
  // What was read meanwhile may hold it already.
  if (shown.dialog && message.id > shown.dialog.last_message_id) {
    shown.dialog.last_message_id = message.id
    shown.dialog.message_count++
  }
  // Whoever writes has read everything before it.
  if (message.authorId) readUpTo(shown, message.authorId, message.id)
  if (shown.hasLater) {
    // It is not shown before the window reaches the end; but it is no longer being sent.
    if (message.authorId === me.id && message.uuid) shown.outgoing = shown.outgoing.filter((entry) => entry.uuid !== message.uuid)
    return
  }
  const last = shown.messages.at(-1)
  if (last && params.message.prevId > last.id && message.id > last.id) {
    // Something between was missed.
    void loadLater(shown).catch(() => {})
    return
  }
  drawLine(shown, message)
  add(shown, [message])
  if (message.files.some((file) => !file.urlShow)) void linkFiles(message.id, shown.messages)
}

/** Draw the line of what is new where the person has seen all before it and does not look now. */
function drawLine(shown: Conversation, message: ChatMessage): void {
  if (message.authorId === me.id || (document.visibilityState === 'visible' && document.hasFocus())) return
  const row = chats.rows.get(shown.dialogId)
  const last = shown.messages.at(-1)
  if (row && last && row.lastId >= last.id) shown.firstUnreadId = message.id
}

function readUpTo(shown: Conversation, userId: number, messageId: number): void {
  shown.readUpTo[userId] = Math.max(shown.readUpTo[userId] ?? 0, messageId)
}

function find(dialogId: string, id: number): ChatMessage | undefined {
  return conversations.get(dialogId)?.messages.find((message) => message.id === id)
}

on<MessageCommand>('message', took)
on<MessageCommand>('messageChat', took)
for (const command of ['messageUpdate', 'messageDelete']) {
  on<{ dialogId: string; id: number; text: string; params: Record<string, unknown> }>(command, (params) => {
    const message = find(params.dialogId, params.id)
    if (!message) return
    change(message, params.text, params.params)
    const wanted = Array.isArray(params.params.FILE_ID) ? params.params.FILE_ID.length : 0
    const shown = conversations.get(params.dialogId)
    if (shown && message.files.length < wanted) void linkFiles(message.id, shown.messages)
  })
}
on<{ dialogId: string; id: number }>('messageDeleteComplete', ({ dialogId, id }) => {
  const shown = conversations.get(dialogId)
  if (shown) shown.messages = shown.messages.filter((message) => message.id !== id)
})

on<ReactionCommand>('addReaction', (params) => {
  const message = find(params.dialogId, params.messageId)
  if (message) takeReaction(message, params, true)
})
on<ReactionCommand>('deleteReaction', (params) => {
  const message = find(params.dialogId, params.messageId)
  if (message) takeReaction(message, params, false)
})

for (const command of ['readMessageOpponent', 'readMessageChatOpponent']) {
  on<{ dialogId: string; userId: number; lastId: number }>(command, ({ dialogId, userId, lastId }) => {
    const shown = conversations.get(dialogId)
    if (shown) readUpTo(shown, userId, lastId)
  })
}
for (const command of ['unreadMessageOpponent', 'unreadMessageChatOpponent']) {
  on<{ dialogId: string; userId: number; lastId: number }>(command, ({ dialogId, userId, lastId }) => {
    const shown = conversations.get(dialogId)
    if (shown) shown.readUpTo[userId] = lastId
  })
}

/** Commands after which the head of a chat is another one. */
const CHANGES = ['chatRename', 'chatAvatar', 'chatChangeColor', 'chatDescription', 'chatManagers', 'chatOwner', 'chatPermissions', 'chatTextField', 'chatUserAdd', 'chatUserLeave', 'chatMuteNotify']
for (const command of CHANGES) {
  on<{ dialogId: string; users?: Record<string, Person> }>(command, ({ dialogId, users }) => {
    if (users) meet(Object.values(users))
    const shown = conversations.get(dialogId)
    if (shown?.dialog) void refreshDialog(shown).catch(() => conversations.delete(dialogId))
  })
}

/** The conversation that is on the screen; the others are read anew when they are opened. */
const onScreen = new Set<string>()

export function show(dialogId: string): () => void {
  onScreen.add(dialogId)
  return () => onScreen.delete(dialogId)
}

onReload(async () => {
  for (const shown of [...conversations.values()]) {
    if (onScreen.has(shown.dialogId)) await reload(shown)
    else if (shown.outgoing.length === 0) conversations.delete(shown.dialogId)
    else Object.assign(shown, { messages: [], place: null, hasLater: false, hasEarlier: false })
  }
})
