/** Sending a file as part of a form, with what has been sent so far; `fetch` cannot tell that. */
import { ApiError, type MethodName } from './portal'
import { renew, token } from './session'

export interface Sending<T> {
  done: Promise<T>
  cancel: () => void
}

export class Cancelled extends Error {}

/** Call a method with a multipart form. `done` raises ApiError, or Cancelled. */
export function upload<T>(method: MethodName, form: FormData, progress: (part: number) => void): Sending<T> {
  const request = { current: null as XMLHttpRequest | null, cancelled: false }
  return {
    done: attempt<T>(method, form, progress, request),
    cancel() {
      request.cancelled = true
      request.current?.abort()
    },
  }
}

type Current = { current: XMLHttpRequest | null; cancelled: boolean }

async function attempt<T>(method: MethodName, form: FormData, progress: (part: number) => void, request: Current): Promise<T> {
  for (let again = true; ; again = false) {
    const bearer = await token()
    if (request.cancelled) throw new Cancelled()
    const { status, body } = await post(`/rest/${method}.json`, bearer, form, progress, request)
    if (status >= 200 && status < 300 && !('error' in body)) return body.result as T
    if (again && status === 401 && (body.error === 'expired_token' || body.error === 'invalid_token')) {
      await renew()
      continue
    }
    throw new ApiError(String(body.error ?? 'NOT_JSON'), String(body.error_description ?? ''), status)
  }
}

function post(
  address: string,
  bearer: string,
  form: FormData,
  progress: (part: number) => void,
  request: Current,
): Promise<{ status: number; body: Record<string, unknown> }> {
  return new Promise((done, failed) => {
    const xhr = (request.current = new XMLHttpRequest())
    xhr.open('POST', address)
    xhr.setRequestHeader('Authorization', `Bearer ${bearer}`)
    xhr.upload.onprogress = ({ lengthComputable, loaded, total }) => lengthComputable && progress(total ? loaded / total : 1)
    xhr.onload = () => {
      try {
        done({ status: xhr.status, body: JSON.parse(xhr.responseText) as Record<string, unknown> })
      } catch {
        done({ status: xhr.status, body: { error: 'NOT_JSON', error_description: xhr.statusText } })
      }
    }
    xhr.onerror = () => failed(new ApiError('NETWORK', 'No connection to the server', 0))
    xhr.onabort = () => failed(new Cancelled())
    xhr.send(form)
  })
}
