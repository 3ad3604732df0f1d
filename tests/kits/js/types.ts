// What the types must admit, and, with @ts-expect-error, what they must not.
import { expectBot, startPortal, usePortal, type Message, type Portal } from 'vitest-botyard'

export async function used(): Promise<void> {
  const portal: Portal = usePortal({ seed: 'people.yaml', options: ['--limits', 'cloud'], reset: false })
  const ben = await portal.person('Ben')
  const bot = await portal.bot('example', { within: 5 })
  const team = await portal.chat('Team', ben, bot)
  await ben.writes(team, 'hello')
  await ben.uploads({ name: 'a.txt', content: 'text' }, bot, 'Look')
  const reply: Message = await expectBot(bot, { to: ben, in: team }).replies((message) => message.text.length > 0)
  await expectBot(bot).replies(/hello/, { within: 1 })
  await expectBot(bot).staysSilent(0.2)
  await ben.presses(reply.labels[0] ?? 'Yes')
  await portal.run(['node', 'bot.mjs'], { ready: 'ready' })
  const own = await startPortal()
  await own.stop()
  // @ts-expect-error A number is no text.
  await ben.writes(bot, 7)
  // @ts-expect-error There is no such option.
  usePortal({ sed: 'people.yaml' })
}
