// The portal of a test file.
import { setTimeout as sleep } from 'node:timers/promises'
import { call } from './calls.js'
import { Bot, Chat, Person } from './people.js'
import { Program } from './processes.js'

const KEPT = 'vitest-botyard'
const LOOK_MS = 50
// How many people one call tells of.
const PAGE = 50

export class Portal {
  lastActor
  programs = []
  /** Where somebody has written since the portal was set back, and with whose eyes it is seen. */
  dialogs = new Map()
  #people = new Map()
  #webhooks = {}
  #kept = false
  #known
  #stop = async () => {}

  /** Lead it to where the portal is, once that runs. */
  opened({ variables, stop }) {
    this.variables = variables
    this.url = variables.BOTYARD_URL
    this.webhook = variables.BOTYARD_WEBHOOK_URL
    this.#webhooks = JSON.parse(variables.BOTYARD_WEBHOOKS)
    this.#stop = stop
    return this
  }

  call(method, params) {
    if (!this.webhook) throw new Error('The portal is not started yet: use it within tests and hooks.')
    return call(this.webhook, method, params)
  }

  async person(who) {
    const everybody = await this.#everybody()
    const row = everybody.find(({ id, full, first }) => [String(id), full, first].includes(String(who)))
    if (!row) {
      const names = everybody.map(({ full }) => full).join(', ')
      throw new Error(`There is nobody called ${who} in the portal; there are ${names}.`)
    }
    if (!this.#people.has(row.id)) {
      const about = { id: row.id, name: row.first || row.full, webhook: this.#webhooks[row.id] }
      this.#people.set(row.id, new Person(this, about))
    }
    return this.#people.get(row.id)
  }

  async bot(who, { within = 20 } = {}) {
    for (const end = performance.now() + within * 1000; ; await sleep(LOOK_MS)) {
      const bots = await this.bots()
      const found = bots.find((one) => [one.id, one.code, one.name].includes(who))
      if (found) return found
      const ended = this.programs.find(({ status }) => status !== null)
      if (ended) throw new Error(`${ended.name} has ended with status ${ended.status}:\n${ended.said}`)
      if (performance.now() >= end) {
        const codes = bots.map(({ code }) => code).join(', ') || 'none'
        throw new Error(`There is no bot ${who} in the portal; there are ${codes}.`)
      }
    }
  }

  async chat(title = 'Test', ...members) {
    const owner = members.find((one) => one instanceof Person)
    const users = members.filter((one) => one !== owner).map(({ id }) => id)
    const id = await (owner ?? this).call('im.chat.add', { TITLE: title, USERS: users })
    return new Chat(this, { id: Number(id), title })
  }

  async run(command, { ready, within, env = {}, cwd } = {}) {
    // What Python keeps back would be lost when it is ended.
    const made = new Program(command, { env: { PYTHONUNBUFFERED: '1', ...this.variables, WEBHOOK: this.webhook, ...env }, cwd })
    this.programs.push(made)
    if (ready) await made.waitFor(ready, within)
    return made
  }

  async keep() {
    await this.call('botyard.portal.snapshot', { NAME: KEPT })
    this.#kept = true
  }

  async reset() {
    await (this.#kept ? this.call('botyard.portal.restore', { NAME: KEPT }) : this.call('botyard.portal.reset'))
    this.lastActor = undefined
    this.dialogs.clear()
    for (const person of this.#people.values()) {
      person.inbox.forget()
      person.lastDialog = ''
    }
  }

  async stop() {
    await Promise.all(this.programs.map((one) => one.end()))
    await this.#stop()
  }

  /** Somebody is about to do something in a dialog. */
  noticed(person, dialog) {
    this.lastActor = person
    const key = `${person.id} ${dialog}`
    if (!this.dialogs.has(key)) this.dialogs.set(key, { person, dialog })
  }

  async bots() {
    const found = Object.values(await this.call('imbot.bot.list'))
    return found.map(({ ID, CODE, NAME }) => new Bot(this, { id: Number(ID), code: CODE, name: NAME }))
  }

  // Id, first and full name of all who can be played: those whose webhooks are known from the start.
  async #everybody() {
    if (this.#known) return this.#known
    const ids = Object.keys(this.#webhooks)
    const rows = []
    for (let start = 0; start < ids.length; start += PAGE) {
      rows.push(...(await this.call('user.get', { FILTER: { ID: ids.slice(start, start + PAGE) } })))
    }
    this.#known = rows.map(({ ID, NAME, LAST_NAME }) => ({
      id: Number(ID),
      first: NAME ?? '',
      full: `${NAME ?? ''} ${LAST_NAME ?? ''}`.trim(),
    }))
    return this.#known
  }
}
