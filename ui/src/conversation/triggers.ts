/** What is being typed at the caret: a command, a mention, a chat or an emoji, for which something can be suggested. */
export interface Trigger {
  kind: 'command' | 'mention' | 'chat' | 'emoji'
  query: string
  /** The part of the text that a choice replaces. */
  from: number
  to: number
}

const SIGNS = { '@': 'mention', '#': 'chat', ':': 'emoji' } as const
const LONGEST = 40

export function triggerAt(text: string, caret: number): Trigger | null {
  const before = text.slice(0, caret)
  const command = /^\/([\w-]*)$/.exec(before)
  if (command) return { kind: 'command', query: command[1] ?? '', from: 0, to: caret }
  // A name may have a blank within; the sign stands at the beginning of a word.
  const found = /(?:^|[\s([{"'«„“])([@#:])([^\n@#:[\]]*)$/u.exec(before)
  if (!found) return null
  const [, sign, query] = found as unknown as [string, keyof typeof SIGNS, string]
  const kind = SIGNS[sign]
  if (query.length > LONGEST || query.startsWith(' ') || query.split(' ').length > 3) return null
  if (kind === 'emoji' && !/^[\p{L}_]{2,}$/u.test(query)) return null
  return { kind, query, from: caret - query.length - 1, to: caret }
}

export interface Command {
  ID: number
  BOT_ID: number
  COMMAND: string
  TITLE: string
  PARAMS: string
  COMMON: boolean
}

/** The commands that begin so, and after them those that have it within. */
export function filterCommands(commands: Command[], query: string): Command[] {
  const wanted = query.toLowerCase()
  const at = (command: Command): number => command.COMMAND.toLowerCase().indexOf(wanted)
  return commands.filter((command) => at(command) >= 0).sort((one, other) => Number(at(one) > 0) - Number(at(other) > 0))
}
