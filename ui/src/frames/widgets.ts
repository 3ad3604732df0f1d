/** The pages of applications that can be opened, and those among them that belong to a chat. */
import { reactive } from 'vue'
import { widgets as fetchWidgets, type Opening, type Widget } from '@/api/frames'

export const widgets = reactive({ all: [] as Widget[], loaded: false })

export async function loadWidgets(): Promise<void> {
  widgets.all = await fetchWidgets()
  widgets.loaded = true
}

/** All pages at a placement that belongs to no chat. */
export function widgetsOf(placement: string): Widget[] {
  return widgets.all.filter((widget) => widget.PLACEMENT === placement)
}

/** What of a chat decides which pages are shown there. */
export interface Place {
  private: boolean
  bot: boolean
  entityType: string
}

export type Context = 'USER' | 'CHAT' | 'LINES' | 'CRM' | ''

/** The context of a chat in the words of `placement.bind`; a private chat with a bot has none. */
export function contextOf(place: Place): Context {
  if (place.private) return place.bot ? '' : 'USER'
  const type = place.entityType.toUpperCase()
  return type === 'LINES' || type === 'CRM' ? type : 'CHAT'
}

/** The pages at a placement that are shown in a chat. */
export function widgetsAt(placement: string, place: Place, all: Widget[] = widgets.all): Widget[] {
  const here = contextOf(place)
  return all.filter((widget) => {
    if (widget.PLACEMENT !== placement) return false
    const contexts = String(widget.OPTIONS.context ?? 'ALL').split(';')
    return contexts.includes('ALL') || (here !== '' && contexts.includes(here))
  })
}

/** How a page is opened, with what it is told. */
export function openingOf(widget: Widget, options: Record<string, unknown> = {}): Opening {
  return { clientId: widget.CLIENT_ID, placement: widget.PLACEMENT, id: widget.ID, options }
}
