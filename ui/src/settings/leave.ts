import { signOut } from '@/api/session'
import { t } from '@/language'
import { confirm } from '@/state/confirm'

/** Sign out, after a question. */
export async function leave(): Promise<void> {
  if (await confirm(t('rail.signOut'), t('settings.signOutText'), t('rail.signOut'), false)) signOut()
}
