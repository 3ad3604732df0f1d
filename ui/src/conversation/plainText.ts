/** A message in one line without its codes: for lists, quotes and notifications. */
export function plainText(text: string): string {
  return text
    .replace(/\[br\]/gi, ' ')
    .replace(/\[\/?[a-z]+(?:=[^\]]*)?\]/gi, '')
    .replace(/\s+/g, ' ')
    .trim()
}
