/** Does what a press in a message asks for. */
import { call } from '@/api/portal'
import type { Act } from '@/format/acts'
import { copyText } from '@/format/copyText'
import { t } from '@/language'
import { chatAt, router } from '@/router'
import { insert } from '@/state/composing'
import { jump, type Conversation } from '@/state/conversation'
import { send } from '@/state/sending'
import { attempt, toast } from '@/state/toasts'
import { ownPath } from '@/api/ownPath'
import type { ListState } from './lists'
import { focusField } from './pointing'
import { mayWrite } from './rights'

export interface Scene {
  shown: Conversation
  messageId: number
  list: ListState
}

/** Raises what the portal refuses of a command; all else that goes wrong is said. */
export async function perform(act: Act, { shown, messageId, list }: Scene): Promise<void> {
  switch (act.kind) {
    case 'user':
      await router.push(chatAt(String(act.id)))
      return
    case 'chat':
      await router.push(chatAt(act.dialog))
      return
    case 'message':
      if (!act.dialog || act.dialog === shown.dialogId) await attempt(() => jump(shown, act.message))
      else await router.push(chatAt(act.dialog, act.message))
      return
    case 'link':
      followHere(act.url, act.event)
      return
    case 'picture':
      list.picture = { url: act.url, name: act.name }
      return
    case 'file': {
      const file = await attempt(() => call<{ downloadUrl: string }>('im.v2.File.download', { fileId: act.id }))
      if (file) location.assign(ownPath(file.downloadUrl))
      return
    }
    case 'send':
      if (mayWrite(shown.dialog)) send(shown.dialogId, act.text)
      return
    case 'put':
      insert(shown.dialogId, act.text)
      focusField()
      return
    case 'copy':
      if (await copyText(act.text)) toast(t('message.copied'))
      else toast(t('message.notCopied'), 'error')
      return
    case 'call':
      location.assign(`tel:${act.number.replace(/[^+\d*#,;]/g, '')}`)
      return
    case 'command':
      await pressCommand(messageId, act)
      return
    case 'app':
      await router.push({ path: `/apps/${act.id}`, query: act.params ? { params: act.params } : {} })
  }
}

async function pressCommand(messageId: number, { botId, command, params }: Extract<Act, { kind: 'command' }>): Promise<void> {
  try {
    await call('im.message.command', { MESSAGE_ID: messageId, BOT_ID: botId, COMMAND: command, COMMAND_PARAMS: params })
  } catch (fault) {
    toast(fault instanceof Error ? fault.message : String(fault), 'error')
    throw fault
  }
}

/** Links into the client are followed within it. */
function followHere(url: string, event: MouseEvent): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  const at = new URL(url, location.href)
  if (at.origin !== location.origin || !/^\/online(\/|$)/.test(at.pathname)) return
  event.preventDefault()
  void router.push(at.pathname.replace(/^\/online/, '') + at.search || '/')
}
