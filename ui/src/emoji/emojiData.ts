/** Emoji with their words in the reader's language. The lists come with the client and are read when they are needed. */
import de from 'emoji-picker-element-data/de/cldr/data.json?url'
import en from 'emoji-picker-element-data/en/cldr/data.json?url'
import ru from 'emoji-picker-element-data/ru/cldr/data.json?url'
import { readOwnFile } from '@/api/ownFile'
import type { Language } from '@/language'
import { indexed, type Emoji, type Listed } from './emojiSearch'

const ADDRESSES: Record<Language, string> = { de, en, ru }
const loading = new Map<Language, Promise<Emoji[]>>()

/** All emoji, in the order of their groups; a list that could not be read is asked for again the next time. */
export function loadEmoji(language: Language): Promise<Emoji[]> {
  let known = loading.get(language)
  if (!known) {
    known = read(ADDRESSES[language])
    known.catch(() => loading.delete(language))
    loading.set(language, known)
  }
  return known
}

async function read(address: string): Promise<Emoji[]> {
  return indexed(await readOwnFile<Listed[]>(address))
}
