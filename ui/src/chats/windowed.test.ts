import { expect, it } from 'vitest'
import { windowed } from './windowed'

it('draws what is seen and ten rows around it, and keeps the height of the whole', () => {
  for (const [count, scrollTop] of [[5000, 0], [5000, 64_000], [5000, 5000 * 64], [3, 0], [0, 0], [20, 9999]] as const) {
    const { from, to, above, below } = windowed(count, 64, scrollTop, 640)
    expect(above + (to - from) * 64 + below).toBe(count * 64)
    expect(to - from).toBeLessThanOrEqual(31)
    const top = Math.min(scrollTop, Math.max(0, count * 64 - 640))
    expect(from * 64).toBeLessThanOrEqual(top)
    expect(to * 64).toBeGreaterThanOrEqual(Math.min(count * 64, top + 640))
  }
})
