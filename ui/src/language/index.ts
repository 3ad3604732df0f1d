/** Texts in the language of the person, or of the browser. */
import { computed } from 'vue'
import { preferences } from '@/state/preferences'
import { TEXTS, type Key, type Language } from './areas'

export type { Key, Language }

export const LANGUAGES: Record<Language, string> = { en: 'English', de: 'Deutsch', ru: 'Русский' }

export const language = computed<Language>(() => {
  const wanted = preferences.language ? [preferences.language] : navigator.languages
  return wanted.map((name) => name.slice(0, 2)).find((name): name is Language => name in TEXTS) ?? 'en'
})

/** A text; where `n` is among the values, the form of the language for that number. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  let text = TEXTS[language.value][key]
  if (typeof values.n === 'number' && text.includes('|')) text = form(text.split('|'), values.n)
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

function form(forms: string[], n: number): string {
  const order = forms.length > 2 ? ['one', 'few', 'many', 'other'] : ['one', 'other']
  const at = order.indexOf(new Intl.PluralRules(language.value).select(n))
  return forms[Math.min(at < 0 ? forms.length : at, forms.length - 1)] ?? ''
}
