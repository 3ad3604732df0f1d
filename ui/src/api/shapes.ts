/** Nouns as the portal writes them, as far as the client reads them. */

export type Flag = 'Y' | 'N'

export interface Person {
  id: number
  active: boolean
  name: string
  first_name: string
  last_name: string
  work_position: string
  color: string
  avatar: string
  gender: string
  extranet: boolean
  bot: boolean
  status: string
  idle: boolean | string
  last_activity_date: string | false
  departments: number[]
  email?: string
  website?: string
  phones?: false | { work_phone?: string; personal_mobile?: string; inner_phone?: string }
  birthday?: string
}

export interface File {
  id: number
  chatId: number
  date: string
  type: string
  name: string
  extension: string
  size: number
  image: false | { width: number; height: number }
  authorId: number
  authorName: string
  urlPreview: string
  urlShow: string
  urlDownload: string
}

/** What a message carries beside its text: ATTACH, KEYBOARD, MENU, FILE_ID, REPLY_ID, LIKE, IS_EDITED … */
export type MessageParams = Record<string, unknown>

export interface Message {
  id: number
  chat_id: number
  author_id: number
  date: string
  text: string
  unread: boolean
  uuid: string | null
  params: MessageParams | []
}

export interface History {
  chat_id: number
  messages: Message[]
  users: Person[]
  files: File[]
}

export interface RecentItem {
  id: number | string
  chat_id: number
  type: 'user' | 'chat'
  avatar: { url: string; color: string }
  title: string
  message: {
    id: number
    text: string
    file: boolean
    author_id: number
    attach: boolean
    date: string
    status: 'received' | 'delivered'
    uuid: string | null
  }
  counter: number
  last_id: number
  pinned: boolean
  unread: boolean
  date_update: string
  date_last_activity: string
  user: Partial<Person> & { id: number }
  chat: {
    text_field_enabled?: boolean
    mute_list?: Record<string, boolean> | []
    id?: number
    name?: string
    owner?: number
    extranet?: boolean
    type?: string
    entity_type?: string
    user_counter?: number
    role?: string
    manager_list?: number[]
  }
}

export type Role = 'GUEST' | 'MEMBER' | 'MANAGER' | 'OWNER' | 'NONE'

export interface Dialog {
  id: number
  dialog_id: string
  name: string
  description: string
  owner: number
  extranet: boolean
  avatar: string
  color: string
  type: string
  counter: number
  user_counter: number
  message_count: number
  unread_id: number
  last_message_id: number
  last_id: number
  entity_type: string
  entity_id: string
  mute_list: Record<string, boolean> | []
  role: Role
  text_field_enabled: boolean
  manager_list: number[]
  restrictions: Record<string, boolean>
  permissions: Record<string, string>
  readed_list: { user_id: number; user_name: string; message_id: number; date: string | null }[]
  last_message_views: { message_id: number; first_viewers: { user_id: number; user_name: string; date: string }[]; count_of_viewers: number }
}
