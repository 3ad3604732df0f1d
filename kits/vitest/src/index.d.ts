/** What stands on a message: its text, the buttons of its keyboard, and all params by upper-case name. */
export interface Message {
  id: number
  authorId: number
  text: string
  params: Record<string, unknown>
  edited: boolean
  buttons: Array<Record<string, unknown>>
  labels: string[]
  files: number[]
}

export type Target = Bot | Chat | Person | string
/** The very text, a pattern that is found in it, or a predicate; nothing stands for any message. */
export type Expected = string | RegExp | ((message: Message) => boolean)

export class CallFailed extends Error {
  readonly method: string
  readonly code: string
  readonly text: string
  readonly hint: string
}

export class Bot {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly dialog: string
}

export class Chat {
  readonly id: number
  readonly title: string
  readonly dialog: string
}

export class Person {
  readonly id: number
  readonly name: string
  readonly dialog: string
  /** Call any REST method in their name. */
  call<T = any>(method: string, params?: Record<string, unknown>): Promise<T>
  writes(to: Target, text: string): Promise<Message>
  /** Send a file: a path, or a name with its bytes. Without `to` it goes where they wrote last. */
  uploads(file: string | { name: string; content: Uint8Array | string }, to?: Target, text?: string): Promise<Message>
  /** Press the latest button with this label; the message that it stands under. */
  presses(label: string | RegExp, to?: Target): Promise<Message>
  /** The latest messages of a dialog as they see it, the newest first. */
  messages(target: Target, limit?: number): Promise<Message[]>
}

export interface Program {
  readonly name: string
  readonly said: string
  readonly status: number | null
  end(): Promise<void>
}

export class Portal {
  readonly url: string
  readonly webhook: string
  readonly variables: Record<string, string>
  /** Call any REST method in the administrator's name. */
  call<T = any>(method: string, params?: Record<string, unknown>): Promise<T>
  /** Somebody by first name, full name or id. */
  person(who: string | number): Promise<Person>
  /** A bot by code, name or id. One that is just being registered is waited for. */
  bot(who: string | number, options?: { within?: number }): Promise<Bot>
  /** Make a group chat; its owner is the first person among the members, or the administrator. */
  chat(title?: string, ...members: Array<Person | Bot>): Promise<Chat>
  /**
   * Run a bot beside the tests; it ends with the portal. It gets WEBHOOK and all BOTYARD_ variables. With `ready` it is
   * waited for until it has printed that: it has registered its commands then.
   */
  run(command: string[], options?: { ready?: string; within?: number; env?: Record<string, string>; cwd?: string }): Promise<Program>
  /** From now on `reset` goes back to this state. */
  keep(): Promise<void>
  /** Make the portal what it was when `keep` was said last, or at its start. */
  reset(): Promise<void>
  stop(): Promise<void>
}

export interface Options {
  /** The program botyard: by default BOTYARD_PROGRAM, or `botyard` on the PATH. */
  program?: string
  /** Options of `botyard exec`, such as `['--limits', 'cloud']`. */
  options?: string[]
  /** A YAML or JSON file with more people, chats and messages. */
  seed?: string
}

export interface UseOptions extends Options {
  /** Set the portal back after each test (default: true). */
  reset?: boolean
  /** Done once, before the tests, when the portal runs: start the bot here. */
  setup?: (portal: Portal) => unknown
}

/** Start a portal by hand. */
export function startPortal(options?: Options): Promise<Portal>

/**
 * A portal for the tests of this file (or of the `describe` that it is called in). What a test does is undone after it,
 * and when it fails the conversation is printed.
 */
export function usePortal(options?: UseOptions): Portal

export interface Expectation {
  /** Wait for a message of the bot, new or edited. `within` is in seconds (default: 3). */
  replies(expected?: Expected, options?: { within?: number }): Promise<Message>
  /** See that the bot writes nothing for so many seconds (default: 0.5). */
  staysSilent(during?: number): Promise<void>
}

/** What the bot does now: for whoever did something last, or for another person, or in a certain chat. */
export function expectBot(bot: Bot, options?: { to?: Person; in?: Chat | string }): Expectation
