/** A person as administrators see them. */
export interface Account {
  ID: number
  LOGIN: string
  KIND: string
  ACTIVE: boolean
  ADMIN: boolean
  NAME: string
  LAST_NAME: string
  EMAIL: string
  WORK_POSITION: string
  LAST_LOGIN: string | null
}

export function fullName({ NAME, LAST_NAME, LOGIN, ID }: Pick<Account, 'NAME' | 'LAST_NAME' | 'LOGIN' | 'ID'>): string {
  return `${NAME} ${LAST_NAME}`.trim() || LOGIN || `#${ID}`
}

/** Permissions as people write them, each once. */
export function scopeList(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))]
}
