/** The pictures of the messages that are there, in their order, to leaf through them. */
import type { File } from '@/api/shapes'
import type { ChatMessage } from '@/state/messages'
import { albumOf } from './album'

export interface Picture {
  message: ChatMessage
  file: File
}

export function picturesOf(messages: ChatMessage[]): Picture[] {
  return messages.filter((message) => !message.deleted).flatMap((message) => albumOf(message.files).map((file) => ({ message, file })))
}
