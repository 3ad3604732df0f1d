/** Pages of applications that belong to a chat, as items of menus. They open in a panel beside it. */
import type { MenuItem } from '@/controls/Menu.vue'
import { LayoutGrid } from '@/controls/icons'
import { openPanel } from '@/frames/panels'
import { openingOf, widgetsAt, type Place } from '@/frames/widgets'
import type { Conversation } from '@/state/conversation'
import { person } from '@/state/people'

function placeOf(shown: Conversation): Place {
  const isPrivate = !shown.dialogId.startsWith('chat')
  return {
    private: isPrivate,
    bot: isPrivate && person(Number(shown.dialogId))?.bot === true,
    entityType: shown.dialog?.entity_type ?? '',
  }
}

/** Pages beside the field to write in; on a phone those of the vendor's app for phones, too. */
export function fieldItems(shown: Conversation, phone: boolean): MenuItem[] {
  return [...widgetItems('IM_TEXTAREA', shown), ...(phone ? widgetItems('IMMOBILE_CONTEXT_MENU', shown) : [])]
}

/** What applications have bound to a placement, for this chat; a page is told the dialog, and the message if it is about one. */
export function widgetItems(placement: 'IM_SIDEBAR' | 'IM_TEXTAREA' | 'IM_CONTEXT_MENU' | 'IMMOBILE_CONTEXT_MENU', shown: Conversation, messageId = 0): MenuItem[] {
  return widgetsAt(placement, placeOf(shown)).map((widget, index) => ({
    label: widget.TITLE || widget.APPLICATION,
    icon: LayoutGrid,
    apart: index === 0,
    run: () => void openPanel(openingOf(widget, { dialogId: shown.dialogId, ...(messageId > 0 && { messageId: String(messageId) }) })),
  }))
}
