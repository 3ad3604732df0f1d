/** Links to files: live commands bring files without them, and they lapse after a while. */
import { call } from '@/api/portal'
import type { File } from '@/api/shapes'
import type { ChatMessage } from './messages'

const asked = new Map<number, number>()
const PAUSE = 30_000

/** Ask for the files of a message with links that work. Not over and over, where they still do not. */
export async function linkFiles(messageId: number, messages: ChatMessage[]): Promise<void> {
  const before = asked.get(messageId) ?? 0
  if (Date.now() - before < PAUSE) return
  asked.set(messageId, Date.now())
  try {
    const { MESSAGES, FILES } = await call<{ MESSAGES: { id: number; params: Record<string, unknown> }[]; FILES: File[] }>('botyard.message.context', { MESSAGE_ID: messageId, RANGE: 0 })
    const message = messages.find((entry) => entry.id === messageId)
    const ids = MESSAGES[0]?.params.FILE_ID
    if (!message || !Array.isArray(ids)) return
    const files = new Map(FILES.map((file) => [file.id, file]))
    message.files = ids.map((id) => files.get(Number(id))).filter((file): file is File => file !== undefined)
  } catch {
    asked.delete(messageId)
  }
}
