/** Nouns as the portal writes them: names for what the methods return. */
import type { Methods } from './methods'

type Result<M extends keyof Methods> = Methods[M]['result']

export type Person = Result<'im.user.get'>
export type History = Result<'im.dialog.messages.get'>
export type Message = History['messages'][number]
export type File = History['files'][number]

/** What a message carries beside its text: ATTACH, KEYBOARD, MENU, FILE_ID, REPLY_ID, LIKE, IS_EDITED … */
export type MessageParams = Record<string, unknown>

type Recent = Result<'im.recent.list'>['items'][number]
/** Of a message of the system `user` has nothing but the id, 0. */
export type RecentItem = Omit<Recent, 'user'> & { user: Partial<Person> & { id: number } }

export type Role = 'GUEST' | 'MEMBER' | 'MANAGER' | 'OWNER' | 'NONE'
export type Dialog = Omit<Result<'im.dialog.get'>, 'role'> & { role: Role }
