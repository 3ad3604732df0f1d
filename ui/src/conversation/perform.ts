/** Does what a press in a message asks for. */
import { call } from '@/api/portal'
import type { Act } from '@/format/acts'
import { insert } from '@/state/composing'
import { jump, type Conversation } from '@/state/conversation'
import { send } from '@/state/sending'
import { attempt, toast } from '@/state/toasts'
import { follow } from './follow'
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
    case 'message':
      if (act.dialog && act.dialog !== shown.dialogId) return follow(act)
      await attempt(() => jump(shown, act.message))
      return
    case 'picture':
      list.picture = { url: act.url, name: act.name }
      return
    case 'send':
      if (mayWrite(shown.dialog)) send(shown.dialogId, act.text)
      return
    case 'put':
      insert(shown.dialogId, act.text)
      focusField()
      return
    case 'command':
      await pressCommand(messageId, act)
      return
    default:
      await follow(act)
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
