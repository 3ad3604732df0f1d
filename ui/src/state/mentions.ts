/**
 * Mentions as they are typed and as they are sent: `@Ben Carter` in the field is `[USER=2]Ben Carter[/USER]` in the
 * message, `#Release` is `[CHAT=2001]Release[/CHAT]`.
 *
 * The field holds plain text, and beside it the list of what was mentioned. On sending, every label of the list that
 * stands in the text as a whole becomes its code; one that was changed in the field is text as any. Within `[code]`
 * nothing is read.
 */
export interface Mention {
  /** As it stands in the field, with `@` or `#`. */
  label: string
  /** A person's id, `all`, or a chat's id. */
  id: string
  kind: 'USER' | 'CHAT'
}

export interface Typed {
  text: string
  mentions: Mention[]
}

const SIGN = { USER: '@', CHAT: '#' } as const
/** A name that can stand between codes without being read as one. */
const CODE = /\[(USER|CHAT)=(\d+|all)\]([^[\]\n]+)\[\/\1\]/g
const LITERAL = /(\[code\][\s\S]*?\[\/code\])/i

/** A mention of a name. Where the label is taken by somebody else, it says the id, too. */
export function mentionOf(kind: Mention['kind'], id: string, name: string, known: Mention[]): Mention {
  const clean = name.replace(/[[\]\n]/g, ' ').trim()
  const label = SIGN[kind] + clean
  const taken = known.some((other) => other.label === label && (other.id !== id || other.kind !== kind))
  return { label: taken ? `${label} (${id})` : label, id, kind }
}

/** The text as it is sent. */
export function encode({ text, mentions }: Typed): string {
  const wanted = [...mentions].sort((one, other) => other.label.length - one.label.length)
  if (!wanted.length) return text
  return text.split(LITERAL).map((part, index) => (index % 2 ? part : encodePart(part, wanted))).join('')
}

function encodePart(text: string, mentions: Mention[]): string {
  let coded = ''
  for (let at = 0; at < text.length; ) {
    const found = mentions.find(({ label }) => text.startsWith(label, at) && ends(text, at, label))
    if (found) {
      coded += `[${found.kind}=${found.id}]${nameIn(found)}[/${found.kind}]`
      at += found.label.length
    } else {
      coded += text[at++]
    }
  }
  return coded
}

/** Whether a label stands there as a whole word: `@Ben` is not in `@Benjamin`, nor in `me@Ben`. */
function ends(text: string, at: number, label: string): boolean {
  const word = /[\p{L}\p{N}_]/u
  return !word.test(text[at - 1] ?? '') && !word.test(text[at + label.length] ?? '')
}

function nameIn({ label, id }: Mention): string {
  return label.slice(1).replace(new RegExp(` \\(${id}\\)$`), '')
}

/** A message as it stands in the field. What would not be sent as it was stays as it is. */
export function decode(message: string, known: Mention[] = []): Typed {
  const mentions = [...known]
  const text = message
    .split(LITERAL)
    .map((part, index) =>
      index % 2
        ? part
        : part.replace(CODE, (_, kind: Mention['kind'], id: string, name: string) => {
            const mention = mentionOf(kind, id, name, mentions)
            if (!mentions.some((other) => other.label === mention.label)) mentions.push(mention)
            return mention.label
          }),
    )
    .join('')
  const typed = { text, mentions }
  return encode(typed) === message ? typed : { text: message, mentions: known }
}

/** Those mentions that are still in the text. */
export function inUse({ text, mentions }: Typed): Mention[] {
  return mentions.filter(({ label }) => text.includes(label))
}
