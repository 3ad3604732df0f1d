/** What pages of applications can have done. What has no meaning here is not listed, and answered with nothing. */
import { callAs, noteFirstRun, renewTokens, type Opened, type Opening } from '@/api/frames'
import { ApiError } from '@/api/portal'
import { NOTHING, type Handlers, type Params } from './parent'
import { dialogOf, pathTarget } from './paths'

export interface PickedUser {
  id: number
  name: string
  photo: string
  position: string
  url: string
  sub: boolean
  sup: boolean
}

export interface PickedAccess {
  id: string
  name: string
}

/** What shows the frame. */
export interface Host {
  resize(width: number | '100%', height: number): void
  setTitle(title: string): void
  scrollTo(place: number): void
  reload(): void
  close(): void
  installed(): void
  openChat(dialogId: string, messageId: number): void
  openPath(path: string): void
  /** Open the application that a path leads to; false where it leads to none. */
  openLink(path: string): boolean
  /** Open the application once more; ends when that is closed. */
  openApplication(opening: Opening): Promise<void>
  pickUsers(several: boolean): Promise<PickedUser[] | null>
  pickAccess(blocked: string[]): Promise<PickedAccess[] | null>
}

/** The handlers of a page that is open; `clientId` is its application. */
export function handlersOf(clientId: string, opened: Opened, host: Host): Handlers {
  // The page's own tokens: what it may not do by them, its parent does not do for it.
  let token = opened.INIT.AUTH_ID

  /** Call a method as the page; a token that has expired is renewed once. */
  async function asPage(method: string, params: Params): Promise<void> {
    try {
      await callAs(token, method, params)
    } catch (fault) {
      if (!(fault instanceof ApiError) || fault.status !== 401) throw fault
      token = (await renewTokens(clientId)).AUTH_ID
      await callAs(token, method, params)
    }
  }

  async function keep(method: string, params: Params): Promise<unknown> {
    if (typeof params.name === 'string') await asPage(method, { options: { [params.name]: params.value } })
    return NOTHING
  }

  return {
    getInitData: () => opened.INIT,
    refreshAuth: async () => {
      const tokens = await renewTokens(clientId)
      token = tokens.AUTH_ID
      return tokens
    },
    setInstall: async () => {
      await noteFirstRun(clientId)
      return NOTHING
    },
    setInstallFinish: async () => {
      if (!opened.INIT.INSTALL) return NOTHING
      await asPage('botyard.app.finish', {})
      host.installed()
      return NOTHING
    },
    setAppOption: (params) => keep('app.option.set', params),
    setUserOption: (params) => keep('user.option.set', params),
    resizeWindow: ({ width, height }) => {
      const high = Number(height)
      if (high > 0) host.resize(width === '100%' ? '100%' : Math.max(1, Number(width) || 100), high)
      return NOTHING
    },
    setTitle: ({ title }) => {
      host.setTitle(String(title ?? '').slice(0, 255))
      return NOTHING
    },
    setScroll: ({ scroll }) => {
      host.scrollTo(Math.max(0, Number(scroll) || 0))
      return NOTHING
    },
    reloadWindow: () => {
      host.reload()
      return NOTHING
    },
    openApplication: async (params) => {
      await host.openApplication({ clientId, options: params })
      return NOTHING
    },
    closeApplication: () => {
      host.close()
      return NOTHING
    },
    openPath: ({ path }) => {
      if (host.openLink(String(path ?? ''))) return { result: 'close' }
      const target = pathTarget(String(path ?? ''))
      if (target === null) return { result: 'error', errorCode: 'PATH_NOT_AVAILABLE' }
      host.openPath(target)
      return { result: 'close' }
    },
    imOpenMessenger: (params) => openChat(params, host),
    imOpenHistory: (params) => openChat(params, host),
    selectUser: async ({ mult }) => {
      const users = await host.pickUsers(mult === true)
      return users === null ? null : mult === true ? users : (users[0] ?? null)
    },
    selectAccess: ({ value }) => host.pickAccess(Array.isArray(value) ? value.map(String) : []),
    // There is no CRM: as if the dialog had been closed at once.
    selectCRM: () => null,
    getInterface: () => ({ command: [], event: [] }),
  }
}

function openChat({ dialogId, messageId }: Params, host: Host): typeof NOTHING {
  host.openChat(dialogOf(dialogId), Number(messageId) || 0)
  return NOTHING
}
