/** Who is there: online within the last two minutes, away when idle or by their own word. */
import { ref } from 'vue'
import type { Person } from '@/api/shapes'

const RECENT = 2 * 60_000
/** Passes on by itself, so that people go offline without a command. */
const now = ref(Date.now())
setInterval(() => (now.value = Date.now()), 30_000)

export function presence(person: Person | undefined): '' | 'online' | 'away' {
  if (!person || person.bot || !person.last_activity_date) return ''
  if (now.value - Date.parse(person.last_activity_date) > RECENT) return ''
  return person.idle || person.status === 'away' || person.status === 'dnd' || person.status === 'break' ? 'away' : 'online'
}
