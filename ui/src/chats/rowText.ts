/** The second line of a row: what was said last, and by whom. */
import { plain } from '@/format/plain'
import { t } from '@/language'
import { chats, type ChatRow } from '@/state/chats'
import { me } from '@/state/me'
import { nameOf } from '@/state/people'

/** A message in one line without its codes. */
export function oneLine(text: string): string {
  return plain(text, { userName: nameOf, chatTitle: (dialogId) => chats.rows.get(dialogId)?.title, file: t('chats.file') })
}

export function lastLine(row: ChatRow): string {
  const text = oneLine(row.last.text)
  if (text) return text
  if (row.last.file) return t('chats.file')
  if (row.last.attach) return t('chats.attachment')
  return row.last.id ? t('chats.deleted') : ''
}

/** `You:` or the first name of the author, where it has to be told. */
export function lastAuthor(row: ChatRow): string {
  if (row.last.authorId === me.id) return t('chats.you')
  if (row.private || !row.last.authorId) return ''
  const name = nameOf(row.last.authorId)
  return name ? `${name.split(' ')[0]}:` : ''
}
