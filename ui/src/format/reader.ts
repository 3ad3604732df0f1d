/** Who reads a message, and what the client knows for them: provided once, by the page around the messages. */
import { inject, type InjectionKey } from 'vue'

export interface Reader {
  /** The reader's own id: mentions of it are marked. */
  me: number
  userName: (id: number) => string
  chatTitle: (dialog: string) => string
  /** The address on this portal under which a picture from elsewhere may be shown; nothing where there is none. */
  pictureUrl: (url: string) => string | Promise<string>
}

const NOBODY: Reader = { me: 0, userName: () => '', chatTitle: () => '', pictureUrl: () => '' }

export const READER: InjectionKey<Partial<Reader>> = Symbol('reader')

export function useReader(): Reader {
  const known = inject(READER, {})
  return { ...NOBODY, ...known }
}
