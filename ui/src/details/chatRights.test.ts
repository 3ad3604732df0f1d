import { describe, expect, it } from 'vitest'
import type { Dialog } from '@/api/shapes'
import { chatRights } from './chatRights'

const permissions = {
  manage_users_add: 'member',
  manage_users_delete: 'manager',
  manage_ui: 'manager',
  manage_settings: 'owner',
  manage_messages: 'member',
  can_post: 'member',
}
const dialog = (role: string, restrictions = {}): Dialog => ({ role, permissions, restrictions }) as unknown as Dialog

describe('rights in a chat', () => {
  it('grow with the role', () => {
    const rights = (role: string) => {
      const { add, look, settings, owner, leave } = chatRights(dialog(role))
      return [add, look, settings, owner, leave]
    }
    expect(rights('guest')).toEqual([false, false, false, false, false])
    expect(rights('member')).toEqual([true, false, false, false, true])
    expect(rights('manager')).toEqual([true, true, false, false, true])
    expect(rights('OWNER')).toEqual([true, true, true, true, true])
  })

  it('end where the kind of chat forbids it', () => {
    const { add, look, leave } = chatRights(dialog('owner', { extend: false, rename: false, leave_owner: false }))
    expect([add, look, leave]).toEqual([false, false, false])
  })

  it('reach to nobody of a higher role, and never to the owner', () => {
    const removed = (role: string) => ['member', 'manager', 'owner'].map((target) => chatRights(dialog(role)).removes(target))
    expect(removed('member')).toEqual([false, false, false])
    expect(removed('manager')).toEqual([true, true, false])
    expect(removed('owner')).toEqual([true, true, false])
  })
})
