/** The commands of a message's menu. */
import { menuItems as botItems } from '@/content/buttons'
import { device } from '@/content/device'
import type { MenuItem } from '@/controls/Menu.vue'
import { Bot, CheckCheck, Copy, Eye, Forward, Link, Pencil, Pin, PinOff, Quote, Reply, Trash2 } from '@/controls/icons'
import { copyText } from '@/format/copyText'
import { FENCE_LINE } from '@/format/quotes'
import { t } from '@/language'
import { full } from '@/language/dates'
import { insert, startEdit, startReply } from '@/state/composing'
import type { Conversation } from '@/state/conversation'
import { me } from '@/state/me'
import { linkTo, markUnreadFrom } from '@/state/messageActions'
import type { ChatMessage } from '@/state/messages'
import { nameOf } from '@/state/people'
import { isPinned, pin } from '@/state/pins'
import { toast } from '@/state/toasts'
import { widgetItems } from './chatWidgets'
import type { ListState } from './lists'
import { perform } from './perform'
import { plainText } from './plainText'
import { rightsFor } from './rights'

async function copy(text: string, done: string): Promise<void> {
  if (await copyText(text)) toast(done)
  else toast(t('message.notCopied'), 'error')
}

/** A message as the formatting language quotes it, with its author, its date, and where it is. */
export function quoteOf(message: ChatMessage, dialogId: string, text = message.text): string {
  const header = `${nameOf(message.authorId)} [${full(message.date)}] #${dialogId}/${message.id}`
  return `${FENCE_LINE}\n${header}\n${text}\n${FENCE_LINE}\n`
}

export function itemsFor(message: ChatMessage, shown: Conversation, list: ListState, selected = ''): MenuItem[] {
  const { dialogId } = shown
  const rights = rightsFor(message, shown.dialog)
  const pinned = isPinned(dialogId, message.id)
  const items: (MenuItem | false)[] = [
    rights.write && { label: t('message.reply'), icon: Reply, run: () => startReply(dialogId, message) },
    rights.write && message.text !== '' && { label: t('message.quote'), icon: Quote, run: () => insert(dialogId, quoteOf(message, dialogId, selected || message.text)) },
    rights.edit && { label: t('message.edit'), icon: Pencil, run: () => startEdit(dialogId, message) },
    message.text !== '' && !message.deleted && {
      label: selected ? t('message.copySelected') : t('message.copy'),
      icon: Copy,
      run: () => copy(selected || plainText(message.text), t('message.copied')),
    },
    { label: t('message.copyLink'), icon: Link, run: () => copy(linkTo(dialogId, message.id), t('message.linkCopied')) },
    rights.forward && { label: t('message.forward'), icon: Forward, run: () => (list.dialog = { kind: 'forward', message }) },
    rights.pin && { label: t(pinned ? 'message.unpin' : 'message.pin'), icon: pinned ? PinOff : Pin, run: () => pin(dialogId, message, !pinned) },
    message.authorId !== me.id && { label: t('message.unreadFrom'), icon: CheckCheck, run: () => markUnreadFrom(shown, message) },
    !message.system && !message.deleted && { label: t('message.info'), icon: Eye, run: () => (list.dialog = { kind: 'info', message }) },
    rights.remove && { label: t('message.delete'), icon: Trash2, danger: true, apart: true, run: () => (list.dialog = { kind: 'delete', message }) },
  ]
  const own = items.filter((item): item is MenuItem => item !== false)
  return [...own, ...itemsOfBot(message, shown, list), ...widgetItems('IM_CONTEXT_MENU', shown, message.id)]
}

/** What the bot that wrote the message adds to its menu. */
function itemsOfBot(message: ChatMessage, shown: Conversation, list: ListState): MenuItem[] {
  if (message.deleted) return []
  return botItems(message.params.MENU, device.value).map((item, index) => ({
    label: item.text,
    icon: Bot,
    disabled: item.disabled,
    apart: index === 0,
    run: () => {
      const { deed } = item
      if (deed.kind === 'link') open(deed.url, '_blank', 'noopener,noreferrer')
      else void perform(deed, { shown, messageId: message.id, list }).catch(() => {})
    },
  }))
}
