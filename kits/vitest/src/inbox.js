// What comes to a person, as the portal tells it.
import { message } from './messages.js'

const WAIT_MAX = 30
// Events that a reply comes by, and whether it is an edited message.
const EVENTS = { ONIMV2MESSAGEADD: false, ONIMV2MESSAGEUPDATE: true }

// The events of a person from an offset on; the one place that knows how they are waited for.
const wait = (person, offset, seconds) =>
  person.call('im.v2.Event.get', { offset, wait: Math.max(0, Math.min(seconds, WAIT_MAX)) })

/** Messages to a person since they did something last, each handed out once. */
export class Inbox {
  #person
  #offset = 0
  #subscribed = false
  #came = []

  constructor(person) {
    this.#person = person
  }

  /** The portal was set back, and the subscription with it. */
  forget() {
    this.#subscribed = false
    this.#came = []
  }

  /** Forget what has come so far, and miss nothing from now on. */
  async open() {
    if (!this.#subscribed) {
      await this.#person.call('im.v2.Event.subscribe')
      this.#subscribed = true
    }
    while (await this.#fetch(0));
    this.#came = []
  }

  /** What has come and what comes, until the time is over. Say `take` for what was expected. */
  async *arriving(within) {
    const end = performance.now() + within * 1000
    for (let place = 0; ; ) {
      while (place < this.#came.length) yield this.#came[place++]
      const left = (end - performance.now()) / 1000
      if (left <= 0) return
      await this.#fetch(left)
    }
  }

  /** It is not handed out again. */
  take(came) {
    this.#came = this.#came.filter((one) => one !== came)
  }

  async #fetch(seconds) {
    const page = await wait(this.#person, this.#offset, seconds)
    this.#offset = page.nextOffset
    for (const { type, data } of page.events) {
      if (type in EVENTS) this.#came.push({ dialog: data.chat.dialogId, message: message(data.message, EVENTS[type]) })
    }
    return page.hasMore
  }
}
