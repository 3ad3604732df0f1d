// Calls of REST methods by a webhook.

/** The portal has refused a call; `hint` is what Botyard knows beside code and text. */
export class CallFailed extends Error {
  constructor(method, code, text, hint = '') {
    super(`${method}: ${code} ${text}`.trim() + (hint && ` (${hint})`))
    this.name = 'CallFailed'
    this.method = method
    this.code = code
    this.text = text
    this.hint = hint
  }
}

export async function call(webhook, method, params = {}) {
  const answer = await fetch(webhook + method, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(params),
  })
  const said = await answer.text()
  let body
  try {
    body = JSON.parse(said)
  } catch {
    throw new CallFailed(method, String(answer.status), said.slice(0, 200))
  }
  if (body.error !== undefined) {
    const hint = answer.headers.get('botyard-hint') ?? ''
    throw new CallFailed(method, String(body.error), body.error_description ?? '', hint)
  }
  return body.result
}
