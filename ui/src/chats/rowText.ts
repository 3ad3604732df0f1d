/** The second line of a row: what was said last, and by whom. */
import type { File } from '@/api/shapes'
import { plain } from '@/format/plain'
import { t } from '@/language'
import { chats, type ChatRow } from '@/state/chats'
import { me } from '@/state/me'
import { nameOf } from '@/state/people'
import { quotedMessage } from '@/state/quoted'

/** A message in one line without its codes. */
export function oneLine(text: string): string {
  return plain(text, { userName: nameOf, chatTitle: (dialogId) => chats.rows.get(dialogId)?.title, file: t('chats.file') })
}

/** What a message without words brings: photos, videos, sounds, or files by their names. */
export function filesLine(files: readonly Pick<File, 'name' | 'type'>[]): string {
  const [first] = files
  if (!first) return t('chats.file')
  const alike = files.every((file) => file.type === first.type)
  if (alike && first.type === 'image') return t('chats.photos', { n: files.length })
  if (alike && first.type === 'video') return t('chats.videos', { n: files.length })
  if (alike && first.type === 'audio') return t('chats.audio')
  return files.length > 1 ? t('chats.files', { n: files.length }) : first.name
}

/** The list of chats only says that there are files; which ones is asked for. */
function filesOf(row: ChatRow): readonly Pick<File, 'name' | 'type'>[] {
  return row.last.files ?? quotedMessage(row.last.id)?.files ?? []
}

export function lastLine(row: ChatRow): string {
  const text = oneLine(row.last.text)
  if (text) return text
  if (row.last.file) return filesLine(filesOf(row))
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
