/** Marks words in the messages on the screen, without touching their elements. */
import { wordMatches } from './wordMatches'

const NAME = 'found-words'
const supported = typeof CSS !== 'undefined' && 'highlights' in CSS

export function highlight(root: Element | null, phrase: string): void {
  if (!supported) return
  CSS.highlights.delete(NAME)
  if (!root || !phrase) return
  const ranges: Range[] = []
  for (const text of root.querySelectorAll('[data-text]')) {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement?.closest('time')) continue
      for (const [from, to] of wordMatches(node.textContent ?? '', phrase)) {
        const range = new Range()
        range.setStart(node, from)
        range.setEnd(node, to)
        ranges.push(range)
      }
    }
  }
  if (ranges.length) CSS.highlights.set(NAME, new Highlight(...ranges))
}
