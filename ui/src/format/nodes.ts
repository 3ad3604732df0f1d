/** What a formatted text is made of. A text is a plain string. `botyard/chat/content/nodes.py` names the same. */

export interface Branch {
  children: Node[]
}
export interface Break {
  type: 'break'
}
export interface Style extends Branch {
  type: 'bold' | 'italic' | 'underline' | 'strike'
}
export interface Size extends Branch {
  type: 'size'
  size: number
}
export interface Color extends Branch {
  type: 'color'
  color: string
}
export interface Link extends Branch {
  type: 'link'
  url: string
}
export interface UserMention extends Branch {
  type: 'user'
  id: number | 'all'
  /** The name of today stands for the one that was written. */
  replace?: true
}
export interface ChatMention extends Branch {
  type: 'chat'
  dialog: string
}
export interface Context extends Branch {
  type: 'context'
  dialog: string
  message: number
}
export interface TextAction extends Branch {
  type: 'send' | 'put'
  text: string
}
export interface PhoneCall extends Branch {
  type: 'call'
  number: string
}
export interface Code {
  type: 'code'
  text: string
  block: boolean
}
export interface Image {
  type: 'image'
  url: string
  size: 'small' | 'medium' | 'large'
}
export interface Icon {
  type: 'icon'
  url: string
  size: number
  title: string
}
export interface Timestamp {
  type: 'timestamp'
  time: number
  format: string
}
export interface DiskFile {
  type: 'disk'
  id: number
}
export interface Quote extends Branch {
  type: 'quote'
  author?: string
  date?: string
  dialog?: string
  message?: number
}

export type Leaf = Break | Code | Image | Icon | Timestamp | DiskFile
export type Pressed = Link | UserMention | ChatMention | Context | TextAction | PhoneCall
export type Node = string | Leaf | Style | Size | Color | Pressed | Quote
