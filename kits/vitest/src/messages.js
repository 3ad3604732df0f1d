// Messages as people see them, whichever generation of methods or events wrote them.

export function message(raw, edited = false) {
  const params = {}
  if (raw.params && !Array.isArray(raw.params)) {
    for (const [name, value] of Object.entries(raw.params)) params[name.toUpperCase()] = value
  }
  params.FILE_ID ??= params.FILEID
  const keyboard = params.KEYBOARD ?? []
  const listed = Array.isArray(keyboard) ? keyboard : (keyboard.BUTTONS ?? [])
  const buttons = listed.filter((one) => one?.TEXT)
  return {
    id: Number(raw.id),
    authorId: Number(raw.authorId ?? raw.author_id ?? 0),
    text: raw.text ?? '',
    params,
    edited,
    buttons,
    labels: buttons.map((one) => one.TEXT),
    files: (params.FILE_ID ?? []).map(Number),
  }
}

/** A message in one line. */
export function shown(one) {
  const parts = [one.text, ...one.labels.map((label) => `[${label}]`)]
  if (one.params.ATTACH) parts.push('(a card)')
  if (one.files.length) parts.push('(a file)')
  return parts.filter(Boolean).join(' ')
}

/** Whether a text is the one that is meant. */
export const matches = (wanted, text) =>
  wanted instanceof RegExp ? new RegExp(wanted.source, wanted.flags.replace(/[gy]/g, '')).test(text) : wanted === text
