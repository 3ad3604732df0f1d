/**
 * Where a link may lead, and which words of a text are links by themselves: as `botyard/chat/content/addresses.py`.
 */

// Control characters, and blanks of any kind: what Python and JavaScript call a blank is not the same.
const CONTROLS = '\\x00-\\x1f\\x7f-\\x9f'
const BLANKS = '\\x20\\xa0\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff'
const HOST = `(?:\\[[0-9A-Fa-f:.]+\\]|[^/?#\\\\@:\\[\\]${CONTROLS}${BLANKS}]+)(?::[0-9]{0,5})?`
const WEB = new RegExp(`^https?://(?:[^/?#\\\\@${CONTROLS}]*@)?${HOST}(?:[/?#][^${CONTROLS}]*)?$`, 'i')
const OTHER = new RegExp(`^(?:mailto|tel):[^${CONTROLS}]+$`, 'i')
// Browsers read "//host" and "/\host" as another site, so these are no paths of the portal.
const LOCAL = new RegExp(`^/(?:[^/\\\\${CONTROLS}][^${CONTROLS}]*)?$`)

const IN_LINK = `[^${CONTROLS}${BLANKS}<>"\\[\\]{}|\\\\^\`]`
const BARE = new RegExp(`(?<![A-Za-z0-9_])(?:https?://${IN_LINK}+|mailto:${IN_LINK}+|tel:\\+?[0-9]${IN_LINK}*)`, 'gi')
const ENDS_SENTENCE = new Set(".,;:!?'*_~…»”’")

/** Without the blanks around it. */
export function trimmed(text: string): string {
  let begin = 0
  let end = text.length
  while (begin < end && ' \t\r\n'.includes(text[begin]!)) begin++
  while (end > begin && ' \t\r\n'.includes(text[end - 1]!)) end--
  return text.slice(begin, end)
}

/** The address that a link may lead to, or nothing: http, https, mailto, tel, and paths of the portal. */
export function address(text: string): string {
  const url = trimmed(text)
  return WEB.test(url) || OTHER.test(url) || LOCAL.test(url) ? url : ''
}

/** The address that a picture may come from, or nothing: http, https, and paths of the portal. */
export function pictureAddress(text: string): string {
  const url = trimmed(text)
  return WEB.test(url) || LOCAL.test(url) ? url : ''
}

/** Whether an address is of the portal itself. */
export function isLocal(url: string): boolean {
  return LOCAL.test(url)
}

/** Where in a text without codes links begin and end; a full stop or a bracket behind one is not part of it. */
export function bareLinks(text: string): [number, number][] {
  const places: [number, number][] = []
  for (const match of text.matchAll(BARE)) {
    const link = withoutPunctuation(match[0])
    if (address(link) && (!link.toLowerCase().startsWith('mailto:') || link.includes('@')))
      places.push([match.index, match.index + link.length])
  }
  return places
}

function withoutPunctuation(link: string): string {
  let surplus = 0
  for (const sign of link) surplus += sign === ')' ? 1 : sign === '(' ? -1 : 0
  let end = link.length
  while (end) {
    const sign = link[end - 1]!
    if (sign === ')' && surplus > 0) surplus--
    else if (!ENDS_SENTENCE.has(sign)) break
    end--
  }
  return link.slice(0, end)
}
