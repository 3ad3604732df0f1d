/** What a person has set for this client: theme, language, sound, notifications. Kept at the portal, and here for the next start. */
import { reactive, watch } from 'vue'
import { call } from '@/api/portal'

export type Theme = 'system' | 'light' | 'dark'

export interface Preferences {
  theme: Theme
  language: '' | 'en' | 'de' | 'ru'
  sound: boolean
  desktop: boolean
  enterSends: boolean
}

const KEY = 'botyard.preferences'
export const preferences = reactive<Preferences>({ theme: 'system', language: '', sound: true, desktop: false, enterSends: true, ...stored() })

function stored(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>
  } catch {
    return {}
  }
}

const dark = matchMedia('(prefers-color-scheme: dark)')

function paint(): void {
  const isDark = preferences.theme === 'dark' || (preferences.theme === 'system' && dark.matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
}

dark.addEventListener('change', paint)
watch(preferences, () => {
  paint()
  localStorage.setItem(KEY, JSON.stringify(preferences))
})
paint()

/** Read what was set in another browser. */
export async function loadPreferences(): Promise<void> {
  const value = await call<unknown>('user.option.get', { option: 'preferences' })
  if (typeof value !== 'string' || !value) return
  try {
    Object.assign(preferences, JSON.parse(value))
  } catch {
    // Written by something else.
  }
}

export async function savePreferences(change: Partial<Preferences>): Promise<void> {
  Object.assign(preferences, change)
  await call('user.option.set', { options: { preferences: JSON.stringify(preferences) } })
}
