/** How a page of an application is put into the document. */

/**
 * What a page may do: run scripts of its own origin, use forms, open windows, save files, ask and warn. Not among them:
 * leading the messenger elsewhere (`allow-top-navigation`), and pointer lock.
 */
export const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals'

/** The origin of a page that may be framed; empty for what is no page, and for one of the portal itself. */
export function originOf(address: string): string {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return ''
  }
  // With scripts and its own origin, a page of the portal's origin could take off its sandbox.
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.origin === location.origin) return ''
  return url.origin
}

/** Post a form into the frame of a name; the form is gone at once. */
export function post(address: string, fields: Record<string, string>, target: string): void {
  const form = document.createElement('form')
  form.method = 'post'
  form.action = address
  form.target = target
  form.hidden = true
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input')
    input.type = 'hidden'
    input.name = name
    input.value = value
    form.append(input)
  }
  document.body.append(form)
  form.submit()
  form.remove()
}
