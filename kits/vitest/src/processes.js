// Programs beside the tests: the portal itself, and bots.
import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const START_SECONDS = 60
const STOP_SECONDS = 10
// Says where the portal is, and ends when the tests let go of its input, however they end.
const TOLD = `
const told = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('BOTYARD_')))
console.log(JSON.stringify(told))
process.stdin.on('end', () => process.exit(0)).resume()
`

/** A throwaway portal: the variables that lead to it, and how it ends. */
export function exec({ program, options = [], seed }) {
  const [name, ...words] = (program ?? process.env.BOTYARD_PROGRAM ?? 'botyard').split(' ')
  const more = seed ? [...options, '--seed', seed] : options
  const made = spawn(name, [...words, 'exec', ...more, '--', process.execPath, '-e', TOLD], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => made.once('close', resolve))
  const stop = async () => {
    made.stdin.end()
    const timer = setTimeout(() => made.kill('SIGKILL'), STOP_SECONDS * 1000)
    await ended
    clearTimeout(timer)
  }
  return new Promise((resolve, reject) => {
    let said = ''
    let errors = ''
    const timer = setTimeout(() => made.kill('SIGKILL'), START_SECONDS * 1000)
    made.stderr.on('data', (part) => (errors += part))
    made.stdout.on('data', (part) => {
      said += part
      if (!said.includes('\n')) return
      clearTimeout(timer)
      resolve({ variables: JSON.parse(said), stop })
    })
    made.once('error', (problem) => {
      clearTimeout(timer)
      const help = "run scripts/setup in a checkout of Botyard, and name its .venv/bin/botyard with BOTYARD_PROGRAM or the option 'program'"
      reject(new Error(`Botyard cannot be started: ${problem.message}; ${help}.`))
    })
    ended.then((status) => {
      clearTimeout(timer)
      reject(new Error(`Botyard did not start: ${errors.trim() || status}`))
    })
  })
}

/** A bot that runs beside the tests. */
export class Program {
  #made
  #ended
  #heard
  said = ''
  status = null

  constructor([name, ...words], { env = {}, cwd } = {}) {
    this.name = [name, ...words].map((word) => basename(word)).join(' ')
    this.#made = spawn(name, words, { env: { ...process.env, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#made.stdout, this.#made.stderr]) stream.on('data', (part) => this.#hear(part))
    this.#ended = new Promise((resolve) => {
      this.#made.once('error', (problem) => {
        this.#hear(problem.message)
        this.status = -1
        resolve()
      })
      this.#made.once('close', (status) => {
        this.status ??= status ?? -1
        resolve()
      })
    })
  }

  #hear(part) {
    this.said = (this.said + part).slice(-4000)
    this.#heard?.()
  }

  /** Wait until it has printed this. */
  async waitFor(ready, seconds = START_SECONDS) {
    const late = sleep(seconds * 1000, 'late', { ref: false })
    while (!this.said.includes(ready)) {
      const heard = new Promise((resolve) => (this.#heard = resolve))
      if ((await Promise.race([heard, this.#ended, late])) === 'late') {
        throw new Error(`${this.name} has not printed ${ready} within ${seconds} s:\n${this.said}`)
      }
      if (this.status !== null && !this.said.includes(ready)) {
        throw new Error(`${this.name} has ended with status ${this.status}:\n${this.said}`)
      }
    }
  }

  async end() {
    this.#made.kill('SIGTERM')
    const timer = setTimeout(() => this.#made.kill('SIGKILL'), STOP_SECONDS * 1000)
    await this.#ended
    clearTimeout(timer)
  }
}
