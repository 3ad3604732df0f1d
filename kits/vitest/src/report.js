// What is printed when a test fails: the conversation, and why the bot was told what it was told.
import { CallFailed } from './calls.js'
import { shown } from './messages.js'

const SHOWN = 30
const EXPLAINED = 10

export async function report(portal) {
  const parts = []
  try {
    const names = new Map((await portal.bots()).map(({ id, name }) => [id, name]))
    for (const { person, dialog } of portal.dialogs.values()) {
      const messages = (await person.messages(dialog, SHOWN)).reverse()
      const known = new Map([...names, [person.id, person.name]])
      const lines = messages.map((one) => `${known.get(one.authorId) ?? one.authorId}: ${shown(one)}`)
      parts.push(section(`what ${person.name} sees in ${dialog}`, lines.join('\n') || '(nothing was said)'))
      const told = []
      for (const one of messages.slice(-EXPLAINED)) told.push(...(await doctor(portal, one, names)))
      if (told.length) parts.push(section(`what the bots were told of ${dialog}`, told.join('\n')))
    }
  } catch (problem) {
    parts.push(section('the portal cannot be asked', problem.message))
  }
  for (const { name, said, status } of portal.programs) {
    const state = status === null ? '' : `, which has ended with status ${status}`
    parts.push(section(`output of ${name}${state}`, said || '(nothing)'))
  }
  return parts.join('\n')
}

const section = (title, text) => `--- Botyard: ${title} ---\n${text}`

// Why the bots were told of a message, or were not.
async function doctor(portal, one, names) {
  const lines = []
  if (names.has(one.authorId) || !one.authorId) return lines
  for (const [id, name] of names) {
    try {
      const found = await portal.call('botyard.delivery.explain', { MESSAGE_ID: one.id, BOT_ID: id })
      const codes = found.EVENTS.flatMap(({ REASONS }) => REASONS.map(({ CODE }) => CODE))
      if (!codes.includes('NOT_MEMBER')) lines.push(`${name}, of "${shown(one).slice(0, 60)}": ${found.TEXT}`)
    } catch (refused) {
      if (!(refused instanceof CallFailed)) throw refused
    }
  }
  return lines
}
