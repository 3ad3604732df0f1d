import { expect, it } from 'vitest'
import type { Dialog } from '@/api/shapes'
import { me } from '@/state/me'
import type { ChatMessage } from '@/state/messages'
import { mayWrite, rightsFor } from './rights'

me.id = 1
const NOW = Date.parse('2026-03-10T12:00:00Z')
const message = { id: 5, authorId: 1, date: '2026-03-10T10:00:00Z', state: 'sent', system: false, deleted: false, forward: null } as ChatMessage
const dialog = (role: string, changes: object = {}): Dialog =>
  ({ role, text_field_enabled: true, restrictions: { send: true }, permissions: { manage_messages: 'member', can_post: 'member' }, ...changes }) as unknown as Dialog

it('lets people change and delete what is their own, for three days', () => {
  expect(rightsFor(message, dialog('member'), NOW)).toMatchObject({ edit: true, remove: true })
  expect(rightsFor({ ...message, date: '2026-03-07T11:00:00Z' }, dialog('member'), NOW)).toMatchObject({ edit: false, remove: false })
  expect(rightsFor({ ...message, authorId: 2 }, dialog('member'), NOW)).toMatchObject({ edit: false, remove: false })
})

it('lets managers delete what others wrote, and nobody change what was forwarded', () => {
  expect(rightsFor({ ...message, authorId: 2 }, dialog('manager'), NOW)).toMatchObject({ edit: false, remove: true })
  expect(rightsFor({ ...message, forward: { id: 3, userId: 4 } }, dialog('owner'), NOW).edit).toBe(false)
})

it('asks the settings of the chat who may pin and write', () => {
  const strict = { permissions: { manage_messages: 'manager', can_post: 'owner' } }
  expect(rightsFor(message, dialog('member', strict), NOW)).toMatchObject({ pin: false, write: false })
  expect(rightsFor(message, dialog('manager', strict), NOW)).toMatchObject({ pin: true, write: false })
  expect(mayWrite(dialog('owner', strict))).toBe(true)
  expect(mayWrite(dialog('owner', { text_field_enabled: false }))).toBe(false)
})

it('leaves nothing to do with what is deleted or still being sent', () => {
  expect(Object.values(rightsFor({ ...message, deleted: true }, dialog('owner'), NOW)).some(Boolean)).toBe(false)
  expect(Object.values(rightsFor({ ...message, state: 'sending' }, dialog('owner'), NOW)).some(Boolean)).toBe(false)
})
