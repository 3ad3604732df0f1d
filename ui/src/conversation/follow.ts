/** Does what a press in a text asks for, wherever the text stands. */
import { ownPath } from '@/api/ownPath'
import { call } from '@/api/portal'
import type { Act } from '@/format/acts'
import { copyText } from '@/format/copyText'
import { followAppLink } from '@/frames/appLink'
import { t } from '@/language'
import { chatAt, router } from '@/router'
import { pictureUrl } from '@/state/pictures'
import { attempt, toast } from '@/state/toasts'

/** What belongs to a conversation (`perform.ts`) is left alone. */
export async function follow(act: Act): Promise<void> {
  switch (act.kind) {
    case 'user':
      await router.push(chatAt(String(act.id)))
      return
    case 'chat':
      await router.push(chatAt(act.dialog))
      return
    case 'message':
      if (act.dialog) await router.push(chatAt(act.dialog, act.message))
      return
    case 'link':
      followHere(act.url, act.event)
      return
    case 'picture': {
      const at = await pictureUrl(act.url)
      if (at) window.open(at, '_blank', 'noopener,noreferrer')
      return
    }
    case 'file': {
      const file = await attempt(() => call<{ downloadUrl: string }>('im.v2.File.download', { fileId: act.id }))
      if (file) location.assign(ownPath(file.downloadUrl))
      return
    }
    case 'copy':
      if (await copyText(act.text)) toast(t('message.copied'))
      else toast(t('message.notCopied'), 'error')
      return
    case 'call':
      location.assign(`tel:${act.number.replace(/[^+\d*#,;]/g, '')}`)
      return
    case 'app':
      await router.push({ path: `/apps/${act.id}`, query: act.params ? { params: act.params } : {} })
  }
}

/** Links into the client are followed within it. */
function followHere(url: string, event: MouseEvent): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  if (followAppLink(url)) return event.preventDefault()
  const at = new URL(url, location.href)
  if (at.origin !== location.origin || !/^\/online(\/|$)/.test(at.pathname)) return
  event.preventDefault()
  void router.push(at.pathname.replace(/^\/online/, '') + at.search || '/')
}
