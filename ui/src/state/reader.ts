/** What the client knows for the reader of a text. */
import type { Reader } from '@/format/reader'
import { chats } from './chats'
import { me } from './me'
import { nameOf } from './people'
import { pictureUrl } from './pictures'

export const reader: Reader = {
  get me() {
    return me.id
  },
  userName: nameOf,
  chatTitle: (dialog) => chats.rows.get(dialog)?.title ?? '',
  pictureUrl,
}
