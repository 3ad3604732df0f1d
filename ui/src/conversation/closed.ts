/** Why nobody, or not this person, may write in a chat. */
import type { Key } from '@/language'
import type { Dialog, Person } from '@/api/shapes'
import { rank } from './rights'

/** The text that stands in the place of the field; null where the person may write. */
export function closedBecause(dialog: Dialog | null, other: Person | undefined): Key | null {
  if (!dialog) return null
  if (other && other.active === false) return 'composer.closedGone'
  if (!dialog.text_field_enabled) return 'composer.closedByBot'
  if (dialog.restrictions?.send === false) return 'composer.closedForAll'
  const least = dialog.permissions?.can_post ?? 'member'
  if (rank(dialog.role) >= rank(least)) return null
  if (rank(least) === rank('none')) return 'composer.closedForAll'
  if (rank(least) <= rank('member')) return 'composer.closedForGuests'
  return rank(least) === rank('owner') ? 'composer.closedForManagers' : 'composer.closedForMembers'
}
