/** What the portal finds for a phrase that is being typed. */
import { ref, watch, type Ref } from 'vue'
import { long, type Found } from '@/state/search'

const PAUSE = 200

export function useSearch(phrase: Ref<string>, find: (phrase: string) => Promise<Found[]>) {
  const there = ref<Found[]>([])
  const searching = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  watch(phrase, (now) => {
    clearTimeout(timer)
    const number = ++asked
    searching.value = long(now)
    if (!long(now)) return (there.value = [])
    timer = setTimeout(async () => {
      const entries = await find(now).catch(() => [])
      if (number !== asked) return
      there.value = entries
      searching.value = false
    }, PAUSE)
  })
  return { there, searching }
}
