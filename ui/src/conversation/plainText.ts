/** A message in one line without its codes: for lists, quotes and notifications. */
import { plain } from '@/format/plain'
import { chats } from '@/state/chats'
import { nameOf } from '@/state/people'

export function plainText(text: string): string {
  return plain(text, { userName: (id) => nameOf(id) || undefined, chatTitle: (dialog) => chats.rows.get(dialog)?.title })
}
