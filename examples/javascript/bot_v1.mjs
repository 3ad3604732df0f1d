// A bot of the first generation on b24jssdk: it is called at its handler. See ../README.md.
import http from 'node:http'
import { B24Hook } from '@bitrix24/b24jssdk'

const PORT = Number(process.env.PORT ?? 9001)
// The key that makes the bot ours: whoever knows it can speak as the bot.
const CLIENT_ID = process.env.CLIENT_ID ?? 'example-key-javascript-1'
const CHOICES = ['Tea', 'Coffee']
const b24 = B24Hook.fromWebhookUrl(process.env.WEBHOOK)
const votes = new Map()

async function call(method, params) {
  const answer = await b24.actions.v2.call.make({ method, params: { CLIENT_ID, ...params } })
  if (!answer.isSuccess) throw new Error(answer.getErrorMessages().join('; '))
  return answer.getData().result
}

// Registering again finds the same bot; its handler is renewed.
async function register() {
  const handler = `http://127.0.0.1:${PORT}/`
  const bot = await call('imbot.register', {
    CODE: 'example-javascript-1',
    TYPE: 'B',
    EVENT_HANDLER: handler,
    PROPERTIES: { NAME: 'Echo in JavaScript', COLOR: 'LIME' }
  })
  for (const [COMMAND, HIDDEN] of [['poll', 'N'], ['vote', 'Y']]) {
    const LANG = [{ LANGUAGE_ID: 'en', TITLE: COMMAND, PARAMS: '' }]
    await call('imbot.command.register', { BOT_ID: bot, COMMAND, HIDDEN, LANG, EVENT_COMMAND_ADD: handler })
  }
  return bot
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
  return { MESSAGE: `Tea or coffee? Votes: ${cast.length}`, KEYBOARD: { BUTTONS } }
}

// Answer an event. `form` holds names such as data[PARAMS][MESSAGE].
async function heard(form) {
  const event = form.get('event')
  const DIALOG_ID = form.get('data[PARAMS][DIALOG_ID]')
  const text = form.get('data[PARAMS][MESSAGE]') ?? ''
  if (event === 'ONIMBOTJOINCHAT') {
    await call('imbot.message.add', { BOT_ID, DIALOG_ID, MESSAGE: 'Hello! I repeat what I hear. Try /poll.' })
  } else if (event === 'ONIMBOTMESSAGEADD' && !text.startsWith('/')) {
    await call('imbot.message.add', { BOT_ID, DIALOG_ID, MESSAGE: `You said: ${text}` })
  } else if (event === 'ONIMCOMMANDADD') {
    const prefix = [...form.keys()].map((name) => name.match(/^data\[COMMAND\]\[\d+\]/)).find(Boolean)[0]
    const MESSAGE_ID = Number(form.get(`${prefix}[MESSAGE_ID]`))
    const command = form.get(`${prefix}[COMMAND]`)
    if (command === 'poll') {
      await call('imbot.message.add', { BOT_ID, DIALOG_ID, ...ballot(0) })
    } else if (command === 'vote') {
      if (!votes.has(MESSAGE_ID)) votes.set(MESSAGE_ID, new Map())
      votes.get(MESSAGE_ID).set(form.get('data[PARAMS][FROM_USER_ID]'), form.get(`${prefix}[COMMAND_PARAMS]`))
      await call('imbot.message.update', { BOT_ID, MESSAGE_ID, ...ballot(MESSAGE_ID) })
    }
  }
}

// Status 200 says that the event need not be sent again, 500 that it should be.
const server = http.createServer(async (request, response) => {
  try {
    const parts = []
    for await (const part of request) parts.push(part)
    await heard(new URLSearchParams(Buffer.concat(parts).toString()))
    response.writeHead(200).end()
  } catch (problem) {
    console.error(problem.message)
    response.writeHead(500).end()
  }
})

// The server listens before the bot is registered, so that it misses nothing.
await new Promise((resolve) => server.listen(PORT, '127.0.0.1', resolve))
const BOT_ID = await register()
console.log(`Bot ${BOT_ID} listens on port ${PORT}.`)
