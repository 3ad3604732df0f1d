// The documented uses of B24Hook, by a webhook over https. Prints what each of them gave.
import { B24Hook } from '@bitrix24/b24jssdk'

const { WEBHOOK, CHAT } = process.env
const b24 = B24Hook.fromWebhookUrl(WEBHOOK)
const { call, batch, callList, fetchList } = b24.actions.v2
const said = {}

// As on the page of the method: callMethod, then getData().
said.page = (await b24.callMethod('imbot.dialog.get', { DIALOG_ID: CHAT })).getData()
said.call = (await call.make({ method: 'imbot.dialog.get', params: { DIALOG_ID: CHAT } })).getData()
said.empty = (await call.make({ method: 'server.time' })).getData()

const named = await batch.make({
  calls: {
    me: { method: 'user.current', params: {} },
    dialog: { method: 'imbot.dialog.get', params: { DIALOG_ID: CHAT } },
    again: { method: 'user.get', params: { ID: '$result[me][ID]' } }
  },
  options: { returnAjaxResult: true }
})
said.named = Object.fromEntries(Object.entries(named.getData()).map(([name, one]) => [name, one.getData()]))
said.listed = (
  await batch.make({ calls: [['profile', {}], ['imbot.dialog.get', { DIALOG_ID: CHAT }]], options: {} })
).getData()
const broken = await batch.make({
  calls: { bad: { method: 'imbot.dialog.get', params: { DIALOG_ID: 'chat999999' } }, good: { method: 'profile' } },
  options: { isHaltOnError: false }
})
said.broken = { success: broken.isSuccess, messages: broken.getErrorMessages() }

said.people = (await callList.make({ method: 'user.get', idKey: 'ID' })).getData().map((one) => one.ID)
said.pages = []
for await (const page of fetchList.make({ method: 'user.get', idKey: 'ID' })) {
  said.pages.push(page.map((one) => one.ID))
}
const first = await call.make({ method: 'user.get', params: { start: 0 } })
said.paging = { more: first.isMore(), total: first.getTotal(), next: typeof first.getNext === 'function' }

said.healthy = await b24.tools.healthCheck.make()
said.ping = await b24.tools.ping.make()

async function failure(method, params, client = b24) {
  try {
    const result = await client.actions.v2.call.make({ method, params })
    const [error] = result.getErrors()
    return { soft: true, code: error.code, text: error.message, status: error.status }
  } catch (error) {
    return { soft: false, code: error.code, text: error.message, status: error.status }
  }
}
said.errors = {
  missing: await failure('imbot.dialog.get', { DIALOG_ID: 'chat999999' }),
  unknown: await failure('imbot.no.such', {}),
  secret: await failure('profile', {}, B24Hook.fromWebhookUrl(WEBHOOK.replace(/[^/]+\/$/, 'wrong/')))
}
said.v3 = await (async () => {
  try {
    const result = await b24.actions.v3.call.make({ method: 'server.time', params: {} })
    return { success: result.isSuccess, messages: result.getErrorMessages() }
  } catch (error) {
    return { success: false, messages: [error.message] }
  }
})()
console.log(JSON.stringify(said))
