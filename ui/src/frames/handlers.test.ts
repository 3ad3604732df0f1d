import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/portal'

const api = vi.hoisted(() => ({ callAs: vi.fn(), noteFirstRun: vi.fn(), renewTokens: vi.fn() }))
vi.mock('@/api/frames', () => api)

const { handlersOf } = await import('./handlers')
const { NOTHING } = await import('./parent')
type Host = import('./handlers').Host
type Opened = import('@/api/frames').Opened

function page(init: Record<string, unknown> = {}): Opened {
  return { ADDRESS: 'https://a.example/', FIELDS: {}, NAME: '', SID: 's', TITLE: '', OPTIONS: {}, INIT: { AUTH_ID: 'first', INSTALL: false, ...init } } as unknown as Opened
}

function host(): { [name in keyof Host]: ReturnType<typeof vi.fn> } {
  const names = ['resize', 'setTitle', 'scrollTo', 'reload', 'close', 'installed', 'openChat', 'openPath', 'openLink', 'openApplication', 'pickUsers', 'pickAccess'] as const
  return Object.fromEntries(names.map((name) => [name, vi.fn()])) as never
}

function ask(command: string, params: Record<string, unknown> = {}, shown = host(), opened = page()): unknown {
  return handlersOf('local.app', opened, shown as unknown as Host)[command]?.(params, params)
}

beforeEach(() => {
  vi.clearAllMocks()
  api.callAs.mockResolvedValue(true)
  api.renewTokens.mockResolvedValue({ AUTH_ID: 'second', REFRESH_ID: 'r', AUTH_EXPIRES: 3600 })
})

describe('commands of pages', () => {
  it('knows those of the SDK that mean something here', () => {
    expect(Object.keys(handlersOf('a', page(), host() as unknown as Host)).sort()).toEqual(
      [
        'getInitData', 'setInstall', 'setInstallFinish', 'refreshAuth', 'setAppOption', 'setUserOption', 'resizeWindow', 'reloadWindow', 'setTitle',
        'setScroll', 'openApplication', 'closeApplication', 'openPath', 'imOpenMessenger', 'imOpenHistory', 'selectUser', 'selectAccess', 'selectCRM',
        'getInterface',
      ].sort(),
    )
  })

  it('keeps options by the token of the page itself', async () => {
    const handlers = handlersOf('local.app', page(), host() as unknown as Host)
    await handlers.setUserOption?.({ name: 'size', value: { a: 1 } }, null)
    expect(api.callAs).toHaveBeenLastCalledWith('first', 'user.option.set', { options: { size: { a: 1 } } })
    await handlers.refreshAuth?.({}, null)
    await handlers.setAppOption?.({ name: 'color', value: 'red' }, null)
    expect(api.callAs).toHaveBeenLastCalledWith('second', 'app.option.set', { options: { color: 'red' } })
    expect(await handlers.setAppOption?.({ value: 'red' }, null)).toBe(NOTHING)
    expect(api.callAs).toHaveBeenCalledTimes(2)
  })

  it('renews a token that has expired, once', async () => {
    api.callAs.mockRejectedValueOnce(new ApiError('expired_token', '', 401))
    await ask('setUserOption', { name: 'a', value: 1 })
    expect(api.callAs.mock.calls.map(([token]) => token)).toEqual(['first', 'second'])
    api.callAs.mockRejectedValueOnce(new ApiError('ACCESS_DENIED', '', 403))
    await expect(ask('setAppOption', { name: 'a', value: 1 })).rejects.toThrow()
  })

  it('finishes an installation only of an installer', async () => {
    const shown = host()
    await ask('setInstallFinish', {}, shown)
    expect([api.callAs.mock.calls.length, shown.installed.mock.calls.length]).toEqual([0, 0])
    await ask('setInstallFinish', {}, shown, page({ INSTALL: true }))
    expect(api.callAs).toHaveBeenCalledWith('first', 'botyard.app.finish', {})
    expect(shown.installed).toHaveBeenCalledOnce()
  })

  it('resizes within reason', () => {
    const shown = host()
    for (const [width, height] of [['100%', 300], [400, '200'], ['wide', 10], [400, 0], [400, 'x'], [-5, 10]]) ask('resizeWindow', { width, height }, shown)
    expect(shown.resize.mock.calls).toEqual([['100%', 300], [400, 200], [100, 10], [1, 10]])
  })

  it('opens chats, and says of paths whether they are there', () => {
    const shown = host()
    ask('imOpenMessenger', { dialogId: 'chat5', messageId: 7 }, shown)
    ask('imOpenHistory', { dialogId: 3 }, shown)
    ask('imOpenMessenger', { dialogId: 'javascript:alert(1)' }, shown)
    expect(shown.openChat.mock.calls).toEqual([['chat5', 7], ['3', 0], ['', 0]])
    expect(ask('openPath', { path: '/company/personal/user/2/' }, shown)).toEqual({ result: 'close' })
    expect(ask('openPath', { path: '/crm/deal/details/5/' }, shown)).toEqual({ result: 'error', errorCode: 'PATH_NOT_AVAILABLE' })
    expect(shown.openPath.mock.calls).toEqual([['/people/2']])
    shown.openLink.mockReturnValue(true)
    expect(ask('openPath', { path: '/marketplace/view/local.a.1/' }, shown)).toEqual({ result: 'close' })
    expect(shown.openLink).toHaveBeenLastCalledWith('/marketplace/view/local.a.1/')
    expect(shown.openPath).toHaveBeenCalledTimes(1)
  })

  it('returns one person, several, or nobody', async () => {
    const shown = host()
    const ann = { id: 2, name: 'Ann' }
    shown.pickUsers.mockResolvedValueOnce([ann]).mockResolvedValueOnce([ann]).mockResolvedValueOnce(null)
    expect([await ask('selectUser', { mult: false }, shown), await ask('selectUser', { mult: true }, shown), await ask('selectUser', {}, shown)]).toEqual([ann, [ann], null])
    expect(shown.pickUsers.mock.calls).toEqual([[false], [true], [false]])
    ask('selectAccess', { value: ['U1'] }, shown)
    expect(shown.pickAccess).toHaveBeenCalledWith(['U1'])
    expect(ask('selectCRM', { entityType: ['deal'] }, shown)).toBeNull()
  })
})
