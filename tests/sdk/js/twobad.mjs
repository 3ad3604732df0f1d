// @2bad/bitrix: every call is a GET with its parameters in the query.
import bitrix from '@2bad/bitrix'

const { WEBHOOK, CHAT } = process.env
const client = bitrix.default(WEBHOOK)
const said = {}

said.dialog = await client.call('imbot.dialog.get', { DIALOG_ID: CHAT })
said.batch = await client.batch({
  me: { method: 'profile' },
  dialog: { method: 'imbot.dialog.get', params: { DIALOG_ID: CHAT } }
})
said.numbered = await client.batch([{ method: 'profile' }, { method: 'server.time' }])
said.people = (await client.list('user.get', { order: { ID: 'ASC' } })).result.map((one) => one.ID)
try {
  await client.call('imbot.dialog.get', { DIALOG_ID: 'chat999999' })
} catch (error) {
  said.error = { text: error.message, status: error.response?.statusCode, body: error.response?.body }
}
console.log(JSON.stringify(said))
