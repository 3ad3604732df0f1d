import { describe, expect, it } from 'vitest'
import type { Widget } from '@/api/frames'
import { closePanel, openPanel, panels } from './panels'
import { applicationLink, dialogOf, pathTarget } from './paths'
import { finish, pick, pickedOf, picking } from './picking'
import { originOf, SANDBOX } from './sandbox'
import { contextOf, widgetsAt } from './widgets'

const widget = (ID: number, PLACEMENT: string, context?: string): Widget => ({ ID, PLACEMENT, OPTIONS: context ? { context } : {} }) as Widget

describe('where pages are shown', () => {
  const all = [widget(1, 'IM_SIDEBAR'), widget(2, 'IM_SIDEBAR', 'CHAT;LINES'), widget(3, 'IM_SIDEBAR', 'USER'), widget(4, 'IM_TEXTAREA', 'ALL')]
  it.each([
    [{ private: false, bot: false, entityType: '' }, 'CHAT', [1, 2]],
    [{ private: false, bot: false, entityType: 'LINES' }, 'LINES', [1, 2]],
    [{ private: false, bot: false, entityType: 'crm' }, 'CRM', [1]],
    [{ private: true, bot: false, entityType: '' }, 'USER', [1, 3]],
    [{ private: true, bot: true, entityType: '' }, '', [1]],
  ])('%j', (place, context, ids) => {
    expect(contextOf(place)).toBe(context)
    expect(widgetsAt('IM_SIDEBAR', place, all).map((entry) => entry.ID)).toEqual(ids)
  })
})

describe('paths of the portal', () => {
  it.each([
    ['/company/personal/user/1/', '/people/1'],
    ['/crm/deal/../../company/personal/user/7/?IFRAME=Y', '/people/7'],
    ['/online/?IM_DIALOG=chat42', '/chat/chat42'],
    ['/online/chat/5', '/chat/5'],
    ['/online/', '/'],
    ['/online/?IM_DIALOG=evil', '/'],
    ['/crm/deal/details/5/', null],
    ['//evil.example/online/', null],
    ['/\\evil.example', null],
    ['https://evil.example/online/', null],
    ['', null],
  ])('%s leads to %s', (path, target) => expect(pathTarget(path)).toBe(target))

  it('knows dialogs', () => {
    expect(['chat5', 7, '7', 'sg3', undefined, 'chat', 'chat5x'].map(dialogOf)).toEqual(['chat5', '7', '7', '', '', '', ''])
  })

  it('knows links to applications', () => {
    const link = '/marketplace/view/local.66ba.1/?params[docId]=42&params[a b]=c&other=1'
    expect(applicationLink(link)).toEqual({ clientId: 'local.66ba.1', params: { docId: '42', 'a b': 'c' } })
    expect(['https://evil.example/marketplace/view/a/', '/marketplace/', '/marketplace/view/a/b/', 'http://['].map(applicationLink)).toEqual([null, null, null, null])
  })
})

describe('what is framed', () => {
  it.each([
    ['https://app.example.com/a?b', 'https://app.example.com'],
    ['http://localhost:9000/', 'http://localhost:9000'],
    ['javascript:alert(1)', ''],
    ['data:text/html,x', ''],
    ['/relative', ''],
    [`${location.origin}/online/`, ''],
  ])('%s is of %s', (address, origin) => expect(originOf(address)).toBe(origin))

  it('cannot lead the messenger elsewhere', () => {
    expect(SANDBOX).not.toContain('top-navigation')
    expect(SANDBOX.split(' ')).toContain('allow-scripts')
  })
})

describe('panels and questions', () => {
  it('tells whoever opened a panel when it closes', async () => {
    const closed = openPanel({ clientId: 'a', options: { bx24_title: 'Title', bx24_width: '450' } })
    const [panel] = panels
    expect(panel).toMatchObject({ title: 'Title', width: 450 })
    closePanel(panel?.id ?? 0)
    await closed
    expect(panels).toEqual([])
  })

  it('stops a page that opens itself for ever', async () => {
    for (let count = 0; count < 6; count++) void openPanel({ clientId: 'a' })
    expect(panels.length).toBe(5)
    while (panels[0]) closePanel(panels[0].id)
  })

  it('gives departments their access codes', () => {
    const found = [['person', '2'], ['person', '3'], ['department', '3'], ['department', '4']].map(([kind, id]) => ({ kind, id, title: `${kind} ${id}` }) as never)
    expect(pickedOf(found, ['U3', 'DR4'])).toEqual([{ id: '2', name: 'person 2' }, { id: 'DR3', name: 'department 3' }])
  })

  it('ends a question before the next', async () => {
    const first = pick(false)
    const second = pick(true, true, ['AU'])
    expect(await first).toBeNull()
    expect(picking).toMatchObject({ open: true, several: true, access: true, blocked: ['AU'] })
    finish([{ id: '2', name: 'Ann' }])
    expect(await second).toEqual([{ id: '2', name: 'Ann' }])
    expect(picking.open).toBe(false)
  })
})
