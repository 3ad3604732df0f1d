/** Links to applications: `/marketplace/view/CLIENT_ID/?params[docId]=42` opens what is bound to REST_APP_URI. */
import { router } from '@/router'
import { openPanel } from './panels'
import { applicationLink } from './paths'
import { loadWidgets, widgets } from './widgets'

/** Open what an address leads to; false where it leads to no application. */
export function followAppLink(address: string): boolean {
  const link = applicationLink(address)
  if (link) void openLinked(link.clientId, link.params)
  return link !== null
}

/** An application without such a page shows its own one. */
async function openLinked(clientId: string, options: Record<string, string>): Promise<void> {
  if (!widgets.loaded) await loadWidgets().catch(() => {})
  const bound = widgets.all.some((widget) => widget.CLIENT_ID === clientId && widget.PLACEMENT === 'REST_APP_URI')
  if (bound) void openPanel({ clientId, placement: 'REST_APP_URI', options })
  else await router.push(`/apps/${clientId}`)
}
