import { expect, it } from 'vitest'
import { square } from './picture'

it.each([
  [100, 100, { x: 0, y: 0, side: 100 }],
  [300, 100, { x: 100, y: 0, side: 100 }],
  [101, 200, { x: 0, y: 49, side: 101 }],
])('the square of %i × %i', (width, height, expected) => {
  expect(square(width, height)).toEqual(expected)
})
