import { expect, it, vi } from 'vitest'

vi.mock('@/api/portal', () => ({ call: () => Promise.resolve({}) }))
const { closedBecause } = await import('./closed')

const dialog = (fields: object): never => ({ text_field_enabled: true, restrictions: { send: true }, permissions: { can_post: 'member' }, role: 'member', ...fields }) as never

it.each([
  [{}, null],
  [{ text_field_enabled: false }, 'composer.closedByBot'],
  [{ restrictions: { send: false } }, 'composer.closedForAll'],
  [{ role: 'GUEST' }, 'composer.closedForGuests'],
  [{ permissions: { can_post: 'manager' } }, 'composer.closedForMembers'],
  [{ permissions: { can_post: 'manager' }, role: 'OWNER' }, null],
  [{ permissions: { can_post: 'owner' }, role: 'manager' }, 'composer.closedForManagers'],
])('%o is closed because of %s', (fields, because) => expect(closedBecause(dialog(fields), undefined)).toBe(because))

it('is closed where the other has left', () => {
  expect(closedBecause(dialog({}), { active: false } as never)).toBe('composer.closedGone')
  expect(closedBecause(null, undefined)).toBeNull()
})
