/** A dialog with somebody to whom nothing has been written yet: the portal makes its chat with the first message. */
import { call } from '@/api/portal'
import type { Dialog, Person } from '@/api/shapes'
import { meet } from './people'

/** Raises `fault` where there is no such person. */
export async function newDialog(dialogId: string, fault: unknown): Promise<Dialog> {
  const other = dialogId.startsWith('chat') ? null : await call<Person | null>('im.user.get', { ID: Number(dialogId) }).catch(() => null)
  if (!other) throw fault
  meet([other])
  const { name, avatar, color } = other
  return {
    id: 0, dialog_id: dialogId, name, avatar, color, type: 'private', description: '', owner: 0, extranet: other.extranet,
    counter: 0, user_counter: 2, message_count: 0, unread_id: 0, last_message_id: 0, last_id: 0, entity_type: '', entity_id: '',
    mute_list: [], role: 'MEMBER', text_field_enabled: true, manager_list: [], restrictions: { send: true }, permissions: { can_post: 'member' },
    readed_list: [], last_message_views: { message_id: 0, first_viewers: [], count_of_viewers: 0 },
  } as unknown as Dialog
}
