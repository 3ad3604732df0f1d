/** The menu of a chat in the list. */
import { Bell, BellOff, EyeOff, LogOut, MailOpen, MessageCircle, Pin, PinOff } from '@/controls/icons'
import type { MenuItem } from '@/controls/Menu.vue'
import { t } from '@/language'
import { hide, markRead, markUnread, mute, pin } from '@/state/chatActions'
import { passes } from '@/state/chatFilter'
import type { ChatRow } from '@/state/chats'

export function chatMenu(row: ChatRow, gone: (row: ChatRow) => void, leave: (row: ChatRow) => void): MenuItem[] {
  const unread = passes(row, 'unread')
  return [
    row.pinned
      ? { label: t('chats.unpin'), icon: PinOff, run: () => pin(row, false) }
      : { label: t('chats.pin'), icon: Pin, run: () => pin(row, true) },
    row.muted
      ? { label: t('chats.unmute'), icon: Bell, run: () => mute(row, false) }
      : { label: t('chats.mute'), icon: BellOff, run: () => mute(row, true) },
    unread
      ? { label: t('chats.markRead'), icon: MailOpen, run: () => markRead(row) }
      : { label: t('chats.markUnread'), icon: MessageCircle, run: () => markUnread(row) },
    {
      label: t('chats.hide'),
      icon: EyeOff,
      apart: true,
      run: async () => {
        if (await hide(row)) gone(row)
      },
    },
    ...(row.private ? [] : [{ label: t('chats.leave'), icon: LogOut, danger: true, run: () => leave(row) }]),
  ]
}
