/** Texts of an area, each in English, German and Russian, so that none is without the others. */
export interface Texts<K extends string> {
  en: Record<K, string>
  de: Record<K, string>
  ru: Record<K, string>
}

export function texts<K extends string>(table: Record<K, [en: string, de: string, ru: string]>): Texts<K> {
  const rows = Object.entries(table) as [K, [string, string, string]][]
  const column = (at: 0 | 1 | 2): Record<K, string> => Object.fromEntries(rows.map(([key, row]) => [key, row[at]])) as Record<K, string>
  return { en: column(0), de: column(1), ru: column(2) }
}
