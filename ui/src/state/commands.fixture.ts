/** Bodies of live commands as the pages of the reference show them (docs/reference/events). For tests. */
import bodies from './commands.fixture.json'

export function commandOf<T>(name: keyof typeof bodies): T {
  return structuredClone(bodies[name]) as T
}
