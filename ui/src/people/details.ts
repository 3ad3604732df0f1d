/** What a profile shows beside what the lists know. */
import { call } from '@/api/portal'
import { region } from '@/language/dates'

export interface UserRow {
  ID: string
  TIME_ZONE?: string
  PERSONAL_CITY?: string
}

export interface DepartmentName {
  id: number
  name: string
  full_name: string
  manager_user_id: number
}

export async function loadDetails(id: number): Promise<UserRow | undefined> {
  return (await call<UserRow[]>('user.get', { ID: id }))[0]
}

export async function departmentNames(ids: number[]): Promise<DepartmentName[]> {
  return ids.length ? call<DepartmentName[]>('im.department.get', { ID: ids }) : []
}

/** The time in a zone, where the browser knows the zone and it is another one than here. */
export function timeIn(zone: string, now = new Date(), here = Intl.DateTimeFormat().resolvedOptions().timeZone): string {
  if (!zone || zone === here) return ''
  try {
    return new Intl.DateTimeFormat(region(), { timeZone: zone, hour: '2-digit', minute: '2-digit', weekday: 'short' }).format(now)
  } catch {
    return ''
  }
}

/** `07-01` (day and month) as people say it. */
export function birthday(text: string): string {
  const [day, month] = text.split('-').map(Number)
  if (!day || !month || month > 12) return ''
  return new Intl.DateTimeFormat(region(), { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2000, month - 1, day)))
}
