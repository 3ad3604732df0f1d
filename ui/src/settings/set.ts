import { savePreferences, type Preferences } from '@/state/preferences'
import { attempt } from '@/state/toasts'

/** Change a preference, here at once and at the portal. */
export function set(change: Partial<Preferences>): void {
  void attempt(() => savePreferences(change))
}
