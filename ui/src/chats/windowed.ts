/** Which rows of a long list are drawn: those that are seen, and some around them. All rows have one height. */
export interface Window {
  from: number
  to: number
  /** Pixels above and below what is drawn. */
  above: number
  below: number
}

export function windowed(count: number, height: number, scrollTop: number, viewport: number, spare = 10): Window {
  const from = Math.max(0, Math.min(count, Math.floor(scrollTop / height)) - spare)
  const to = Math.min(count, Math.ceil((scrollTop + viewport) / height) + spare)
  return { from, to: Math.max(from, to), above: from * height, below: Math.max(0, count - Math.max(from, to)) * height }
}
