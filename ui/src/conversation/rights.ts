/** What the person may do with a message, by the portal's own rules (`botyard/chat/rules.py`). */
import type { Dialog } from '@/api/shapes'
import { me } from '@/state/me'
import type { ChatMessage } from '@/state/messages'

const RANK = ['none', 'guest', 'member', 'manager', 'owner']
const WINDOW = 3 * 24 * 3600_000

/** How strong a role is. */
export function rank(role: string | undefined): number {
  return RANK.indexOf((role ?? 'none').toLowerCase())
}

/** Whether the role of the person is the one that a setting of the chat asks for, or a stronger one. */
export function reaches(dialog: Dialog | null, setting: keyof Dialog['permissions']): boolean {
  return dialog !== null && rank(dialog.role) >= rank(dialog.permissions[setting])
}

export interface Rights {
  write: boolean
  edit: boolean
  remove: boolean
  pin: boolean
  react: boolean
  forward: boolean
}

export function rightsFor(message: ChatMessage, dialog: Dialog | null, now = Date.now()): Rights {
  const there = message.state === 'sent' && !message.deleted
  const own = message.authorId === me.id && !message.system && Date.parse(message.date) + WINDOW > now
  return {
    write: there && mayWrite(dialog),
    edit: there && own && !message.forward,
    remove: message.state === 'sent' && !message.deleted && (own || (dialog !== null && rank(dialog.role) >= rank('manager'))),
    pin: there && !message.system && reaches(dialog, 'manage_messages'),
    react: there && !message.system,
    forward: there && !message.system,
  }
}

export function mayWrite(dialog: Dialog | null): boolean {
  return dialog !== null && dialog.text_field_enabled && dialog.restrictions.send !== false && reaches(dialog, 'can_post')
}
