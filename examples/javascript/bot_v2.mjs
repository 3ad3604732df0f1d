// A bot of the second generation on b24jssdk: it fetches its events. See ../README.md.
import { setTimeout as sleep } from 'node:timers/promises'
import { B24Hook } from '@bitrix24/b24jssdk'

// The key that makes the bot ours: whoever knows it can speak as the bot.
const botToken = process.env.CLIENT_ID ?? 'example-key-javascript-2'
const CHOICES = ['Tea', 'Coffee']
// Seconds that the portal may wait for an event before it answers that there is none. Botyard's own parameter.
const WAIT = 5
const b24 = B24Hook.fromWebhookUrl(process.env.WEBHOOK)
const votes = new Map()

async function call(method, params) {
  const answer = await b24.actions.v2.call.make({ method: `imbot.v2.${method}`, params: { botToken, ...params } })
  if (!answer.isSuccess) throw new Error(answer.getErrorMessages().join('; '))
  return answer.getData().result
}

// Registering again finds the same bot.
async function register() {
  const fields = { code: 'example-javascript-2', properties: { name: 'Fetching in JavaScript' }, eventMode: 'fetch' }
  const { bot } = await call('Bot.register', { fields })
  for (const command of ['poll', 'vote', 'file']) {
    const about = { command, title: { en: command }, hidden: command === 'vote' }
    await call('Command.register', { botId: bot.id, fields: about })
  }
  return bot.id
}

// The question and its buttons, with the votes so far.
function ballot(messageId) {
  const cast = [...(votes.get(messageId) ?? new Map()).values()]
  const count = (choice) => cast.filter((vote) => vote === choice).length
  const BUTTONS = CHOICES.map((choice) => ({
    TEXT: `${choice}: ${count(choice)}`,
    COMMAND: 'vote',
    COMMAND_PARAMS: choice,
    DISPLAY: 'LINE'
  }))
  return { message: `Tea or coffee? Votes: ${cast.length}`, keyboard: { BUTTONS } }
}

const says = (dialogId, fields) => call('Chat.Message.send', { botId, dialogId, fields })

// Answer an event.
async function heard(event, data) {
  if (event === 'ONIMBOTV2JOINCHAT') {
    await says(data.dialogId, { message: 'Hello! I repeat what I hear. Try /poll and /file.' })
  } else if (event === 'ONIMBOTV2MESSAGEADD' && !data.message.text.startsWith('/')) {
    await says(data.chat.dialogId, { message: `You said: ${data.message.text}` })
  } else if (event === 'ONIMBOTV2COMMANDADD') {
    await ordered(data.command, data.message.id, data.chat.dialogId, data.user.id)
  }
}

// Do what a command asks for.
async function ordered({ command, params }, messageId, dialogId, userId) {
  if (command === '/poll') {
    await says(dialogId, ballot(0))
  } else if (command === '/vote') {
    if (!votes.has(messageId)) votes.set(messageId, new Map())
    votes.get(messageId).set(userId, params)
    await call('Chat.Message.update', { botId, messageId, fields: ballot(messageId) })
  } else if (command === '/file') {
    const content = Buffer.from('Notes of the bot\n').toString('base64')
    await call('File.upload', { botId, dialogId, fields: { name: 'notes.txt', content, message: 'Here it is.' } })
  }
}

const botId = await register()
console.log(`Bot ${botId} fetches its events.`)
for (let offset = 0; ; ) {
  let page
  try {
    page = await call('Event.get', { botId, offset, wait: WAIT })
    for (const event of page.events) await heard(event.type, event.data)
  } catch (error) {
    // The portal is away for a moment; an answer that it refuses is not tried again.
    console.error(error.message)
    await sleep(1000)
    offset = page?.nextOffset ?? offset
    continue
  }
  // The next call confirms these events by its offset.
  offset = page.nextOffset
  // A portal that knows no `wait` answers at once.
  if (page.events.length === 0) await sleep(200)
}
