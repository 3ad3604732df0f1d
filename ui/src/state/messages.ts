/** A message as the client keeps it, whichever method or command brought it. */
import type { File, Message } from '@/api/shapes'
import type { SentMessage } from './chats'

export interface Reactions {
  reaction: string
  count: number
  own: boolean
}

export interface ChatMessage {
  /** What it is known by on the screen, from before it was sent on. */
  key: string
  /** The portal's number; below zero for one that is still being sent. */
  id: number
  chatId: number
  authorId: number
  date: string
  text: string
  system: boolean
  uuid: string
  params: Record<string, unknown>
  files: File[]
  replyId: number
  forward: { id: number; userId: number } | null
  edited: boolean
  deleted: boolean
  reactions: Reactions[]
  state: 'sent' | 'sending' | 'waiting' | 'failed'
  error: string
}

/** What `botyard.message.context` returns of a message. */
export interface ContextMessage {
  id: number
  chatId: number
  authorId: number
  date: string
  text: string
  isSystem: boolean
  uuid: string
  forward: { id: number; userId: number } | null
  params: Record<string, unknown>
}

function flag(value: unknown): boolean {
  return value === 'Y' || value === true || (Array.isArray(value) && value[0] === 'Y')
}

function filesOf(params: Record<string, unknown>, files: Map<number, File>): File[] {
  const ids = Array.isArray(params.FILE_ID) ? params.FILE_ID : []
  return ids.map((id) => files.get(Number(id))).filter((file): file is File => file !== undefined)
}

function made(
  base: Pick<ChatMessage, 'id' | 'chatId' | 'authorId' | 'date' | 'text' | 'system' | 'uuid' | 'forward'>,
  params: Record<string, unknown>,
  files: Map<number, File>,
): ChatMessage {
  return {
    ...base,
    key: String(base.id),
    params,
    files: filesOf(params, files),
    replyId: Number(params.REPLY_ID ?? 0),
    edited: flag(params.IS_EDITED),
    deleted: flag(params.IS_DELETED),
    reactions: [],
    state: 'sent',
    error: '',
  }
}

export function fromHistory(message: Message, files: Map<number, File>): ChatMessage {
  const params = Array.isArray(message.params) ? {} : message.params
  const { id, chat_id: chatId, author_id: authorId, date, text, uuid } = message
  return made({ id, chatId, authorId, date, text, system: authorId === 0, uuid: uuid ?? '', forward: forwardOf(params) }, params, files)
}

export function fromContext(message: ContextMessage, files: Map<number, File>): ChatMessage {
  const { id, chatId, authorId, date, text, isSystem: system, uuid, forward } = message
  return made({ id, chatId, authorId, date, text, system, uuid, forward }, message.params, files)
}

export function fromCommand(message: SentMessage, files: File[]): ChatMessage {
  const { id, chatId, senderId: authorId, date, text } = message
  const forward = (message as unknown as { forward: ChatMessage['forward'] }).forward
  return made(
    { id, chatId, authorId, date, text, system: message.system === 'Y', uuid: message.templateId, forward },
    message.params,
    new Map(files.map((file) => [file.id, file])),
  )
}

function forwardOf(params: Record<string, unknown>): ChatMessage['forward'] {
  const id = Number(params.FORWARD_ID ?? 0)
  return id ? { id, userId: Number(params.FORWARD_USER_ID ?? 0) } : null
}

/** A text or params that have changed. */
export function change(message: ChatMessage, text: string, params: Record<string, unknown>): void {
  const files = new Map(message.files.map((file) => [file.id, file]))
  const { reactions, key } = message
  Object.assign(message, made({ ...message, text }, params, files), { reactions, key })
}
