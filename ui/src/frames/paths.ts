/** Addresses that pages of applications ask their parent to open: those of the vendor that mean something here. */

/** A dialog as the client's addresses write it; empty for the list of chats, and for what is no dialog here. */
export function dialogOf(value: unknown): string {
  const text = String(value ?? '')
  return /^(chat)?\d{1,15}$/.test(text) ? text : ''
}

/** Where in the client a path of the portal leads; null where it leads nowhere. */
export function pathTarget(path: string): string | null {
  if (!path.startsWith('/') || path.startsWith('//') || path.includes('\\')) return null
  // The SDK puts paths with `..` before the real one, which say how wide a panel is to be.
  const url = new URL(path, 'http://portal')
  const profile = /^\/company\/personal\/user\/(\d{1,15})\/?$/.exec(url.pathname)
  if (profile) return `/people/${profile[1]}`
  const chat = /^\/online\/(?:chat\/((?:chat)?\d{1,15}))?\/?$/.exec(url.pathname)
  if (!chat) return null
  const dialogId = chat[1] ?? dialogOf(url.searchParams.get('IM_DIALOG'))
  return dialogId ? `/chat/${dialogId}` : '/'
}

/** The application and its parameters of a link such as `/marketplace/view/CLIENT_ID/?params[docId]=42`. */
export function applicationLink(address: string): { clientId: string; params: Record<string, string> } | null {
  let url: URL
  try {
    url = new URL(address, location.origin)
  } catch {
    return null
  }
  const match = /^\/marketplace\/view\/([\w.-]{1,100})\/?$/.exec(url.pathname)
  if (!match || url.origin !== location.origin) return null
  const params: Record<string, string> = {}
  for (const [name, value] of url.searchParams) {
    const key = /^params\[([^\]]{1,100})\]$/.exec(name)?.[1]
    if (key) params[key] = value
  }
  return { clientId: match[1] ?? '', params }
}
