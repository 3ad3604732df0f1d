// Who takes part: people who write, press and upload, bots, and chats.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { CallFailed, call } from './calls.js'
import { Inbox } from './inbox.js'
import { matches, message } from './messages.js'

const HISTORY = 50

export const dialogOf = (target) => (typeof target === 'string' ? target : target.dialog)

export class Bot {
  constructor(portal, { id, code, name }) {
    Object.assign(this, { id, code, name, dialog: String(id) })
    Object.defineProperty(this, 'portal', { value: portal })
  }
}

export class Chat {
  constructor(portal, { id, title }) {
    Object.assign(this, { id, title, dialog: `chat${id}` })
    Object.defineProperty(this, 'portal', { value: portal })
  }
}

export class Person {
  constructor(portal, { id, name, webhook }) {
    Object.assign(this, { id, name, dialog: String(id) })
    for (const [key, value] of Object.entries({ portal, webhook, inbox: new Inbox(this) })) {
      Object.defineProperty(this, key, { value })
    }
    Object.defineProperty(this, 'lastDialog', { value: '', writable: true })
  }

  call(method, params) {
    return call(this.webhook, method, params)
  }

  async writes(to, text) {
    const dialog = await this.#turnsTo(to)
    const id = await this.call('im.message.add', { DIALOG_ID: dialog, MESSAGE: text })
    return message({ id, authorId: this.id, text })
  }

  async uploads(file, to, text = '') {
    const { name, content } =
      typeof file === 'string' ? { name: basename(file), content: await readFile(file) } : file
    const dialog = await this.#turnsTo(to ?? this.#dialog())
    const fields = { name, content: Buffer.from(content).toString('base64'), message: text }
    const sent = await this.call('im.v2.File.upload', { dialogId: dialog, fields })
    return message({ id: sent.messageId, authorId: this.id, text, params: { FILE_ID: [sent.file.id] } })
  }

  async presses(label, to) {
    const dialog = await this.#turnsTo(to ?? this.#dialog())
    const found = await this.messages(dialog)
    for (const one of found) {
      const button = one.buttons.find(({ TEXT }) => matches(label, TEXT))
      if (button) {
        await this.#press(one, button, dialog)
        return one
      }
    }
    const labels = found.flatMap((one) => one.labels).join(', ') || 'no buttons'
    throw new Error(`${this.name} sees no button ${label}; there are ${labels}.`)
  }

  async messages(target, limit = HISTORY) {
    const dialog = dialogOf(target)
    try {
      const { messages } = await this.call('im.dialog.messages.get', { DIALOG_ID: dialog, LIMIT: limit })
      return messages.map((one) => message(one)).sort((one, two) => two.id - one.id)
    } catch (refused) {
      // A private dialog in which nobody has written yet.
      if (refused instanceof CallFailed && refused.code === 'ACCESS_ERROR' && /^\d+$/.test(dialog)) return []
      throw refused
    }
  }

  async #press(under, button, dialog) {
    if (button.COMMAND) {
      await this.call('im.message.command', {
        MESSAGE_ID: under.id,
        BOT_ID: button.BOT_ID,
        COMMAND: button.COMMAND,
        COMMAND_PARAMS: button.COMMAND_PARAMS ?? '',
      })
    } else if (button.ACTION === 'SEND') {
      await this.call('im.message.add', { DIALOG_ID: dialog, MESSAGE: button.ACTION_VALUE ?? '' })
    } else {
      const what = button.ACTION ?? (button.LINK ? 'a link' : 'nothing')
      throw new Error(`The button ${button.TEXT} tells the bot nothing: it is ${what}.`)
    }
  }

  // From here on the replies to what they do next are waited for.
  async #turnsTo(to) {
    this.lastDialog = dialogOf(to)
    this.portal.noticed(this, this.lastDialog)
    await this.inbox.open()
    return this.lastDialog
  }

  #dialog() {
    if (!this.lastDialog) throw new Error(`${this.name} has not written to anybody yet; say to whom.`)
    return this.lastDialog
  }
}
