import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { expectBot, usePortal } from 'vitest-botyard'

const portal = usePortal({ options: ['--time-zone', 'Asia/Tokyo'], seed: 'people.yaml' })
let bot

beforeAll(async () => {
  const script = fileURLToPath(new URL('bot.mjs', import.meta.url))
  await portal.run([process.execPath, script, 'polling'], { ready: 'ready' })
  bot = await portal.bot('example_polling')
})

test('the seed and the options are taken', async () => {
  expect((await portal.person('Zoe')).id).toBe((await portal.person('Zoe Quinn')).id)
  expect(await portal.call('server.time')).toMatch(/\+09:00$/)
})

test('another question is expected', async () => {
  const ben = await portal.person('Ben')
  await ben.writes(bot, '/help')
  await expectBot(bot).replies('Do you want a tea?', { within: 1 })
})

test('another button is expected', async () => {
  const ben = await portal.person('Ben')
  await ben.writes(bot, 'hello')
  await expectBot(bot).replies('You said: hello', { within: 5 })
  await ben.presses('Maybe')
})
