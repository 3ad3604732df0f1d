/**
 * An address of the portal by its path on the origin of the page: the portal may be known by several names, and writes the
 * one of its settings. Empty where the address leads elsewhere: nothing is loaded from other origins.
 */
const OWN = /^\/(avatar|bitrix|picture|disk|download|rest|online)\//

export function ownPath(url: string): string {
  if (!url) return ''
  let at: URL
  try {
    at = new URL(url, location.href)
  } catch {
    return ''
  }
  if (at.protocol !== 'http:' && at.protocol !== 'https:') return ''
  return at.origin === location.origin || OWN.test(at.pathname) ? at.pathname + at.search : ''
}
