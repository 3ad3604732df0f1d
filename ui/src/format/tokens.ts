/** Cuts a text into words and codes, as `botyard/chat/content/bbcode.py` does. */

export interface Token {
  raw: string
  /** Of a code, in lower case; a text has none. */
  name: string
  value: string
  closing: boolean
}

// What may follow a name: nothing ("[b]"), "=" and a value ("[url=…]"), or a space and attributes ("[img size=…]").
const PAIRED: Record<string, readonly string[]> = {
  b: [''],
  i: [''],
  u: [''],
  s: [''],
  code: [''],
  size: ['='],
  color: ['='],
  user: ['='],
  chat: ['='],
  context: ['='],
  url: ['', '='],
  put: ['', '='],
  send: ['', '='],
  call: ['', '='],
  img: ['', ' '],
}
const FORMS: Record<string, readonly string[]> = { ...PAIRED, br: [''], icon: ['='], timestamp: ['='], disk: ['='] }

const TAG = new RegExp(
  `\\[(?:/(${Object.keys(PAIRED).join('|')})|(${Object.keys(FORMS).join('|')})(?:([= ])([^\\[\\]]*))?)\\]`,
  'gi',
)

export function tokens(text: string): Token[] {
  const cut: Token[] = []
  const lastCodeEnd = lastEnd(text)
  let inCode = false
  let done = 0
  for (const match of text.matchAll(TAG)) {
    const [raw, closed, opened, sign, value] = match
    const name = (closed ?? opened ?? '').toLowerCase()
    if (closed === undefined && !FORMS[name]!.includes(sign ?? '')) continue
    if (name === 'code') {
      // An end without a beginning, and a beginning that never ends, are text.
      if ((closed !== undefined) !== inCode || !(inCode || lastCodeEnd > match.index)) continue
      inCode = closed === undefined
    } else if (inCode) continue
    if (done < match.index) cut.push(word(text.slice(done, match.index)))
    cut.push({ raw, name, value: value ?? '', closing: closed !== undefined })
    done = match.index + raw.length
  }
  if (done < text.length) cut.push(word(text.slice(done)))
  return cut
}

function word(raw: string): Token {
  return { raw, name: '', value: '', closing: false }
}

function lastEnd(text: string): number {
  let last = -1
  for (const match of text.matchAll(/\[\/code\]/gi)) last = match.index
  return last
}

/** Index of each opening code that is closed → index of the one that closes it. */
export function pairs(cut: readonly Token[]): Map<number, number> {
  const opened = new Map<string, number[]>()
  const ends = new Map<number, number>()
  cut.forEach((token, index) => {
    if (!Object.hasOwn(PAIRED, token.name)) return
    const waiting = opened.get(token.name) ?? []
    if (!token.closing) {
      waiting.push(index)
      opened.set(token.name, waiting)
      return
    }
    const begin = waiting.pop()
    if (begin !== undefined) ends.set(begin, index)
  })
  return ends
}

/** Those pairs that lie within one another; one that ends outside of where it began is left out. */
export function nested(ends: ReadonlyMap<number, number>): Map<number, number> {
  const begins = new Map([...ends].map(([begin, end]) => [end, begin]))
  const within = new Map<number, number>()
  const open: number[] = []
  const crossing = new Set<number>()
  for (const index of [...ends.keys(), ...begins.keys()].sort((a, b) => a - b)) {
    const begin = begins.get(index)
    if (begin === undefined) {
      open.push(index)
    } else if (!crossing.has(begin)) {
      while (open.at(-1) !== begin) crossing.add(open.pop()!)
      open.pop()
      within.set(begin, index)
    }
  }
  return within
}
