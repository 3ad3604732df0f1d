/** From one unread mention to the next, in the open chat first and then in the others. */
import { chatAt, router } from '@/router'
import { chats } from '@/state/chats'
import { attempt } from '@/state/toasts'
import { mentionsIn, nextMention } from '@/state/unreadMentions'

/** Where the last jump led: it may take a moment until that is read. */
let last = { chatId: 0, id: 0 }

export async function goToMention(dialogId: string): Promise<void> {
  const open = chats.rows.get(dialogId)
  const chatId = open && mentionsIn(open) ? open.chatId : 0
  await attempt(async () => {
    const after = chatId === last.chatId ? last.id : 0
    const next = (after && (await nextMention(chatId, after))) || (await nextMention(chatId)) || (await nextMention())
    if (!next) return
    last = next
    const row = [...chats.rows.values()].find((entry) => entry.chatId === next.chatId)
    await router.push(chatAt(row?.dialogId ?? `chat${next.chatId}`, next.id))
  })
}
