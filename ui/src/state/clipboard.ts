/** Copying, also where the page was not loaded over https, for which browsers have no clipboard. */
import { t } from '@/language'
import { toast } from './toasts'

export async function copy(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text)
      return true
    }
  } catch {
    // Refused: the old way is tried.
  }
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'fixed opacity-0'
  // Inside an open dialog, which would take the focus back from anything outside of it.
  const place = document.activeElement?.parentElement ?? document.body
  place.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  if (!done) toast(t('app.notCopied'), 'error')
  return done
}
