// The portal in the hooks of Vitest.
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { Portal } from './portal.js'
import { exec } from './processes.js'
import { report } from './report.js'

const HOOK_MS = 90_000

export async function startPortal(options = {}) {
  return new Portal().opened(await exec(options))
}

export function usePortal({ reset = true, setup, ...options } = {}) {
  const portal = new Portal()
  beforeAll(async () => {
    portal.opened(await exec(options))
    await setup?.(portal)
  }, HOOK_MS)
  beforeEach(async () => {
    if (reset) await portal.keep()
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.error(await report(portal))
    if (reset) await portal.reset()
  })
  afterAll(() => portal.stop(), HOOK_MS)
  return portal
}
