/** The texts of all areas. `{name}` is filled in; `one|many` is chosen by `{n}`. */
import { admin } from './admin'
import { chats } from './chats'
import { common } from './common'
import { composer } from './composer'
import { conversation } from './conversation'
import { details } from './details'
import { emoji } from './emoji'
import { frames } from './frames'
import { notifications } from './notifications'
import { people } from './people'
import { reactions } from './reactions'
import { settings } from './settings'
import { shell } from './shell'
import { welcome } from './welcome'
import type { Texts } from './texts'

export const AREAS = [admin, chats, common, composer, conversation, details, emoji, frames, notifications, people, reactions, settings, shell, welcome] as const

type KeyOf<Area> = Area extends Texts<infer K> ? K : never
export type Key = KeyOf<(typeof AREAS)[number]>
export type Language = keyof Texts<Key>

const all = (language: Language): Record<Key, string> => Object.assign({}, ...AREAS.map((area) => area[language]))

export const TEXTS: Record<Language, Record<Key, string>> = { en: all('en'), de: all('de'), ru: all('ru') }
