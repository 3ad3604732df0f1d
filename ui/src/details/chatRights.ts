/** What the person may do with a chat, by the portal's own rules (`botyard/chat/rules.py`). */
import type { Dialog } from '@/api/shapes'
import { rank, reaches } from '@/conversation/rights'

export interface ChatRights {
  add: boolean
  look: boolean
  settings: boolean
  pin: boolean
  leave: boolean
  owner: boolean
  removes: (role: string) => boolean
}

export function chatRights(dialog: Dialog): ChatRights {
  const { restrictions } = dialog
  const owner = rank(dialog.role) === rank('owner')
  const may = (name: keyof Dialog['permissions']): boolean => rank(dialog.role) >= rank('member') && reaches(dialog, name)
  return {
    add: restrictions.extend !== false && may('manage_users_add'),
    look: restrictions.rename !== false && may('manage_ui'),
    settings: may('manage_settings'),
    pin: may('manage_messages'),
    leave: rank(dialog.role) >= rank('member') && (owner ? restrictions.leave_owner !== false : restrictions.leave !== false),
    owner,
    removes: (role) => may('manage_users_delete') && rank(role) < rank('owner') && rank(role) <= rank(dialog.role),
  }
}
