// What a test expects of a bot: a reply within some seconds, or none.
import { dialogOf } from './people.js'
import { matches, shown } from './messages.js'

const fits = (expected, found) => {
  if (expected === undefined) return true
  return typeof expected === 'function' ? Boolean(expected(found)) : matches(expected, found.text)
}

const wantedWords = (expected) => {
  if (expected === undefined) return ''
  return typeof expected === 'function' ? ' as expected' : ` ${expected instanceof RegExp ? expected : JSON.stringify(expected)}`
}

export function expectBot(bot, options = {}) {
  const person = options.to ?? bot.portal.lastActor
  if (!person) throw new Error('Nobody has written to the bot yet, so there is nobody who could see its reply.')
  const dialog = options.in ? dialogOf(options.in) : person.lastDialog || bot.dialog
  const itsOwn = (came) => came.dialog === dialog && came.message.authorId === bot.id

  return {
    async replies(expected, { within = 3 } = {}) {
      const others = []
      for await (const came of person.inbox.arriving(within)) {
        if (!itsOwn(came)) continue
        if (fits(expected, came.message)) {
          person.inbox.take(came)
          return came.message
        }
        others.push(shown(came.message))
      }
      const said = others.length ? `It said: ${others.join(' | ')}` : 'It said nothing.'
      throw new Error(
        `${bot.name} (${bot.id}) did not reply${wantedWords(expected)} to ${person.name} within ${within} s. ${said}`,
      )
    },

    async staysSilent(during = 0.5) {
      for await (const came of person.inbox.arriving(during)) {
        if (itsOwn(came)) throw new Error(`${bot.name} should have been silent, but it said: ${shown(came.message)}`)
      }
    },
  }
}
