import { expect, it } from 'vitest'
import { filterCommands, triggerAt, type Command } from './triggers'

it.each([
  ['/', { kind: 'command', query: '', from: 0, to: 1 }],
  ['/he', { kind: 'command', query: 'he', from: 0, to: 3 }],
  ['/help me', null],
  ['see /he', null],
  ['Hi @be', { kind: 'mention', query: 'be', from: 3, to: 6 }],
  ['@Ben Ca', { kind: 'mention', query: 'Ben Ca', from: 0, to: 7 }],
  ['@Ben Carter is a nice man', null],
  ['@ ', null],
  ['me@example', null],
  ['(@b', { kind: 'mention', query: 'b', from: 1, to: 3 }],
  ['at #rel', { kind: 'chat', query: 'rel', from: 3, to: 7 }],
  [':smi', { kind: 'emoji', query: 'smi', from: 0, to: 4 }],
  ['at 10:30', null],
  [':)', null],
  ['a\n@b', { kind: 'mention', query: 'b', from: 2, to: 4 }],
])('%s asks for %o', (text, trigger) => expect(triggerAt(text, text.length)).toEqual(trigger))

it('looks at what stands before the caret', () => expect(triggerAt('Hi @be there', 5)).toEqual({ kind: 'mention', query: 'b', from: 3, to: 5 }))

it('lists commands that begin so first', () => {
  const command = (name: string): Command => ({ ID: 1, BOT_ID: 2, COMMAND: name, TITLE: '', PARAMS: '', COMMON: false })
  const names = (query: string): string[] => filterCommands(['build', 'rebuild', 'help'].map(command).reverse(), query).map((entry) => entry.COMMAND)
  expect(names('BUI')).toEqual(['build', 'rebuild'])
  expect(names('')).toEqual(['help', 'rebuild', 'build'])
  expect(names('x')).toEqual([])
})
