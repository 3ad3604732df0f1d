// The requests that BX24.js makes from a page of another origin, by its documentation; the library itself is not here.
// A form in the body, the token in it; and a preflight where the body is JSON, as the frame of b24jssdk sends it.
const { PORTAL, TOKEN, CHAT } = process.env
const origin = 'https://app.example.com'
const said = {}

function form(value, name = '', into = new URLSearchParams()) {
  for (const [key, one] of Object.entries(value)) {
    const full = name ? `${name}[${key}]` : key
    if (one !== null && typeof one === 'object') {
      form(one, full, into)
    } else {
      into.append(full, String(one))
    }
  }
  return into
}

async function post(method, params, path = `/rest/${method}`) {
  const answer = await fetch(PORTAL + path, {
    method: 'POST',
    headers: { Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: form({ ...params, auth: TOKEN }).toString()
  })
  return { status: answer.status, allowed: answer.headers.get('access-control-allow-origin'), body: await answer.json() }
}

const line = (method, params) => `${method}?${form(params)}`

said.call = await post('imbot.dialog.get', { DIALOG_ID: CHAT })
said.suffixed = await post('imbot.dialog.get', { DIALOG_ID: CHAT }, '/rest/imbot.dialog.get.json')
said.batch = await post('batch', {
  cmd: { me: line('user.current', {}), again: line('user.get', { ID: '$result[me][ID]' }) },
  halt: 1
})
said.array = await post('batch', { cmd: [line('profile', {}), line('imbot.dialog.get', { DIALOG_ID: CHAT })], halt: 0 })
said.error = await post('imbot.dialog.get', { DIALOG_ID: 'chat999999' })

const preflight = await fetch(`${PORTAL}/rest/imbot.dialog.get`, {
  method: 'OPTIONS',
  headers: {
    Origin: origin,
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'content-type,x-requested-with'
  }
})
said.preflight = { status: preflight.status, headers: Object.fromEntries(preflight.headers) }
const json = await fetch(`${PORTAL}/rest/imbot.dialog.get`, {
  method: 'POST',
  headers: { Origin: origin, 'Content-Type': 'application/json' },
  body: JSON.stringify({ DIALOG_ID: CHAT, auth: TOKEN })
})
said.json = { status: json.status, allowed: json.headers.get('access-control-allow-origin'), body: await json.json() }
console.log(JSON.stringify(said))
