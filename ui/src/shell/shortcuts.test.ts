import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { addShortcut, keysOf, onEscape, watchKeys } from './shortcuts'

const cleanUp: (() => void)[] = []
beforeEach(() => void cleanUp.push(watchKeys()))
afterEach(() => {
  cleanUp.splice(0).forEach((undo) => undo())
  document.body.replaceChildren()
})

function press(target: EventTarget, init: KeyboardEventInit): boolean {
  return target.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }))
}

it.each([
  [{ key: 'k', code: 'KeyK', ctrlKey: true }, 'Ctrl+K'],
  [{ key: 'л', code: 'KeyK', ctrlKey: true }, 'Ctrl+K'],
  [{ key: 'k', code: 'KeyK', metaKey: true }, 'Ctrl+K'],
  [{ key: '?', code: 'Slash', shiftKey: true }, '?'],
  [{ key: 'ArrowUp', code: 'ArrowUp', altKey: true, shiftKey: true }, 'Alt+Shift+ArrowUp'],
  [{ key: 'M', code: 'KeyM', ctrlKey: true, shiftKey: true }, 'Ctrl+Shift+M'],
])('names the keys of %o', (init, keys) => expect(keysOf(new KeyboardEvent('keydown', init))).toBe(keys))

it('leaves signs to a field that is written in, but not Ctrl', () => {
  const question = vi.fn()
  const jump = vi.fn()
  cleanUp.push(addShortcut({ keys: '?', label: 'app.close', group: 'app.name', run: question }))
  cleanUp.push(addShortcut({ keys: 'Ctrl+K', label: 'app.close', group: 'app.name', run: jump }))
  const field = document.body.appendChild(document.createElement('textarea'))
  press(field, { key: '?' })
  expect(press(field, { key: 'k', code: 'KeyK', ctrlKey: true })).toBe(false)
  expect([question.mock.calls.length, jump.mock.calls.length]).toEqual([0, 1])
  press(document.body, { key: '?' })
  expect(question).toHaveBeenCalledOnce()
})

it('takes the first step of Escape that has something to do', () => {
  const done: string[] = []
  let dialog = true
  cleanUp.push(onEscape(20, () => done.push('last') > 0))
  cleanUp.push(onEscape(10, () => dialog && !(dialog = false) && done.push('first') > 0))
  press(document.body, { key: 'Escape' })
  press(document.body, { key: 'Escape' })
  expect(done).toEqual(['first', 'last'])
})

it('does nothing below a dialog, which has the keys for itself', () => {
  const jump = vi.fn()
  cleanUp.push(addShortcut({ keys: 'Ctrl+K', label: 'app.close', group: 'app.name', run: jump }))
  document.body.appendChild(document.createElement('div')).setAttribute('role', 'dialog')
  press(document.body, { key: 'k', code: 'KeyK', ctrlKey: true })
  expect(jump).not.toHaveBeenCalled()
})
