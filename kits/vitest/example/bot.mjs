// A bot that answers a command, asks back with buttons, and takes files: fetching its events, or called with them.
//
//   WEBHOOK=http://localhost:8024/rest/1/…/ node bot.mjs polling
//   WEBHOOK=http://localhost:8024/rest/1/…/ node bot.mjs webhook
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const botToken = 'example-token'
const mode = process.argv[2]

async function call(method, params) {
  const answer = await fetch(`${process.env.WEBHOOK}imbot.v2.${method}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ botToken, ...params }),
  })
  const { result, error, error_description: text } = await answer.json()
  if (error) throw new Error(`${method}: ${error} ${text}`)
  return result
}

async function register(webhookUrl) {
  const how = webhookUrl ? { eventMode: 'webhook', webhookUrl } : { eventMode: 'fetch' }
  const fields = { code: `example_${mode}`, properties: { name: `Example (${mode})` }, ...how }
  const { bot } = await call('Bot.register', { fields })
  for (const command of ['help', 'order']) {
    await call('Command.register', { botId: bot.id, fields: { command, title: { en: command } } })
  }
  console.log('ready')
  return bot.id
}

// Answer one event.
async function hears(botId, event, data) {
  const says = (message, more) =>
    call('Chat.Message.send', { botId, dialogId: data.chat.dialogId, fields: { message, ...more } })

  if (event === 'ONIMBOTV2COMMANDADD') {
    const { command, params } = data.command
    if (command.replace('/', '') === 'help') {
      const BUTTONS = ['Yes', 'No'].map((TEXT) => ({
        TEXT,
        COMMAND: 'order',
        COMMAND_PARAMS: TEXT.toLowerCase(),
        DISPLAY: 'LINE',
      }))
      await says('Do you want a coffee?', { keyboard: { BUTTONS } })
    } else {
      await says(params === 'yes' ? 'Coffee is on its way.' : 'No coffee, then.')
    }
  } else if (event === 'ONIMBOTV2MESSAGEADD' && !data.message.text.startsWith('/')) {
    const files = data.message.params?.FILE_ID ?? data.message.params?.fileId
    await says(files ? 'Thank you for the file.' : `You said: ${data.message.text}`)
  }
}

async function poll() {
  const botId = await register()
  for (let offset = 0; ; ) {
    try {
      const page = await call('Event.get', { botId, offset, wait: 20 })
      for (const { type, data } of page.events) await hears(botId, type, data)
      offset = page.nextOffset
    } catch {
      await sleep(200)
    }
  }
}

function serve() {
  let botId
  const server = createServer(async (request, response) => {
    const parts = []
    for await (const part of request) parts.push(part)
    response.end()
    const { event, data } = nested(new URLSearchParams(Buffer.concat(parts).toString()))
    await hears(botId, event, data)
  })
  server.listen(0, '127.0.0.1', async () => {
    botId = await register(`http://127.0.0.1:${server.address().port}/`)
  })
}

// `data[message][text]=…` as objects in objects.
function nested(form) {
  const found = {}
  for (const [name, value] of form) {
    const steps = name.replaceAll(']', '').split('[')
    const last = steps.pop()
    const place = steps.reduce((above, step) => (above[step] ??= {}), found)
    place[last] = value
  }
  return found
}

await { polling: poll, webhook: serve }[mode]()
