/** What the rows of an open list of messages share: which one is pointed at, has the focus, or has its menu open. */
import { inject, provide, reactive, type InjectionKey } from 'vue'
import type { ChatMessage } from '@/state/messages'

export interface ListState {
  /** Keys of messages; empty for none. */
  hovered: string
  focused: string
  /** The message whose menu is open, and where. */
  menu: { message: ChatMessage; x: number; y: number } | null
  /** The message that a reaction is chosen for, and where. */
  picker: { message: ChatMessage; x: number; y: number } | null
  dialog: { kind: 'forward' | 'delete' | 'info'; message: ChatMessage } | null
  /** The picture that is looked at in full: one of the files of the list, or one in a text. */
  picture: { messageId: number; fileId: number } | { url: string; name: string } | null
}

const KEY: InjectionKey<ListState> = Symbol('list of messages')

export function provideList(): ListState {
  const state = reactive<ListState>({ hovered: '', focused: '', menu: null, picker: null, dialog: null, picture: null })
  provide(KEY, state as ListState)
  return state as ListState
}

export function useList(): ListState {
  const state = inject(KEY)
  if (!state) throw new Error('no list of messages around')
  return state
}
