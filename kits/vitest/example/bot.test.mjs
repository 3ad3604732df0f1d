import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectBot, usePortal } from 'vitest-botyard'

const script = fileURLToPath(new URL('bot.mjs', import.meta.url))

// The bot beside the tests, once in each of its two ways to hear of events.
describe.each(['polling', 'webhook'])('the bot, %s', (mode) => {
  const portal = usePortal()
  let bot

  beforeAll(async () => {
    await portal.run([process.execPath, script, mode], { ready: 'ready' })
    bot = await portal.bot(`example_${mode}`)
  }, 60_000)

  test('asks on /help, and a button answers', async () => {
    const ben = await portal.person('Ben')
    await ben.writes(bot, '/help')
    const question = await expectBot(bot).replies('Do you want a coffee?', { within: 5 })
    expect(question.labels).toEqual(['Yes', 'No'])
    await ben.presses('Yes')
    await expectBot(bot).replies(/on its way/, { within: 5 })
  })

  test('thanks for files', async () => {
    const clara = await portal.person('Clara')
    await clara.uploads({ name: 'notes.txt', content: 'Milk, bread' }, bot)
    await expectBot(bot).replies((message) => message.text.includes('Thank you'), { within: 5 })
  })

  test('speaks in a group when it is spoken to', async () => {
    const [ben, clara] = [await portal.person('Ben'), await portal.person('Clara')]
    const team = await portal.chat('Team', ben, clara, bot)
    await ben.writes(team, 'Nobody asked the bot.')
    await expectBot(bot).staysSilent()
    await clara.writes(team, `[USER=${bot.id}]Bot[/USER] hello`)
    await expectBot(bot).replies(/You said: .*hello/, { within: 5 })
  })

  test('begins each test afresh', async () => {
    const ben = await portal.person('Ben')
    expect(await ben.messages(bot)).toEqual([])
  })
})
