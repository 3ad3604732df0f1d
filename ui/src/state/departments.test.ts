import { describe, expect, it } from 'vitest'
import { flat, tree } from './departments'

const row = (ID: string, PARENT: string | number, SORT = 500, NAME = `D${ID}`) => ({ ID, PARENT, SORT, NAME })

describe('departments', () => {
  it('are a tree in their order', () => {
    const tops = tree([row('3', '1', 200), row('1', 0), row('2', '1', 100), row('4', '2')])
    expect(flat(tops).map(({ department, depth }) => [department.id, depth])).toEqual([[1, 0], [2, 1], [4, 2], [3, 1]])
  })

  it('stand at the top where the one above is not shown', () => {
    expect(tree([row('7', '6', 500, 'B'), row('8', '6', 500, 'A')]).map((top) => top.name)).toEqual(['A', 'B'])
    expect(tree([])).toEqual([])
  })
})
