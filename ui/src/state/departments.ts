/** The departments of the portal, as a tree. */
import { answer, call } from '@/api/portal'
import type { Person } from '@/api/shapes'
import { meet } from './people'

export interface Department {
  id: number
  name: string
  parent: number
  head: number
  sort: number
  below: Department[]
}

export interface DepartmentRow {
  ID: string
  NAME: string
  SORT: number
  PARENT: string | number
  UF_HEAD?: string
}

export async function loadDepartments(): Promise<Department[]> {
  const rows: DepartmentRow[] = []
  for (let start: number | undefined = 0; start !== undefined; ) {
    const page: { result: DepartmentRow[]; next?: number } = await answer<DepartmentRow[]>('department.get', { START: start })
    rows.push(...page.result)
    start = page.next
  }
  return tree(rows)
}

/** The departments without one above them, each with those below it, in their order. */
export function tree(rows: DepartmentRow[]): Department[] {
  const all = new Map<number, Department>()
  for (const row of rows) {
    const id = Number(row.ID)
    all.set(id, { id, name: row.NAME, parent: Number(row.PARENT) || 0, head: Number(row.UF_HEAD ?? 0), sort: row.SORT, below: [] })
  }
  const tops: Department[] = []
  for (const department of all.values()) (all.get(department.parent)?.below ?? tops).push(department)
  const order = (one: Department, other: Department): number => one.sort - other.sort || one.name.localeCompare(other.name)
  for (const department of all.values()) department.below.sort(order)
  return tops.sort(order)
}

export interface Listed {
  department: Department
  depth: number
}

/** All of a tree in the order in which it is written, with how deep each stands. */
export function flat(tops: Department[], depth = 0): Listed[] {
  return tops.flatMap((department) => [{ department, depth }, ...flat(department.below, depth + 1)])
}

/** Who works in a department. */
export async function employees(id: number): Promise<Person[]> {
  const found = await call<Record<string, Person[]>>('im.department.employees.get', { ID: [id], USER_DATA: 'Y' })
  const people = found[String(id)] ?? []
  meet(people)
  return [...people].sort((one, other) => one.name.localeCompare(other.name))
}
