/** The person who is signed in. */
import { reactive } from 'vue'
import { userId } from '@/api/session'
import type { Person } from '@/api/shapes'
import { call } from '@/api/portal'
import { meet, person } from './people'

export const me = reactive({ id: userId(), admin: false })

export async function loadMe(): Promise<void> {
  const [shown, profile] = await Promise.all([
    call<Person>('im.user.get'),
    call<{ ADMIN?: boolean }>('profile').catch(() => ({ ADMIN: false })),
  ])
  me.id = shown.id
  me.admin = profile.ADMIN === true
  meet([shown])
}

export function myself(): Person | undefined {
  return person(me.id)
}
