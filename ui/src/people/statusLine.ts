import type { Person } from '@/api/shapes'
import { t } from '@/language'
import { short } from '@/language/dates'
import { presence } from '@/state/presence'

/** Whether somebody is there, or when they last were. */
export function statusLine(person: Person): string {
  if (person.bot) return ''
  if (presence(person)) {
    if (person.status === 'dnd' || person.status === 'break' || person.status === 'away') return t(`status.${person.status}`)
    return t(person.idle ? 'conversation.away' : 'conversation.online')
  }
  return person.last_activity_date ? t('conversation.seen', { when: short(person.last_activity_date) }) : ''
}
