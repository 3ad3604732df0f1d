/** Who is writing, or what a bot is doing, in each dialog. */
import { reactive } from 'vue'
import { t, type Key } from '@/language'
import { on } from './connection'
import { me } from './me'
import { nameOf } from './people'

interface Writer {
  userId: number
  /** What a bot says it does, such as `IMBOT_AGENT_ACTION_SEARCHING`; empty for writing. */
  code: string
  until: number
}

const LASTS = 8000
const ACTIONS: Record<string, Key> = {
  IMBOT_AGENT_ACTION_THINKING: 'writing.thinking',
  IMBOT_AGENT_ACTION_SEARCHING: 'writing.searching',
  IMBOT_AGENT_ACTION_GENERATING: 'writing.generating',
  IMBOT_AGENT_ACTION_ANALYZING: 'writing.analyzing',
  IMBOT_AGENT_ACTION_PROCESSING: 'writing.processing',
  IMBOT_AGENT_ACTION_TRANSLATING: 'writing.translating',
  IMBOT_AGENT_ACTION_CONNECTING: 'writing.connecting',
  IMBOT_AGENT_ACTION_CHECKING: 'writing.checking',
  IMBOT_AGENT_ACTION_CALCULATING: 'writing.calculating',
  IMBOT_AGENT_ACTION_READING_DOCS: 'writing.reading',
  IMBOT_AGENT_ACTION_COMPOSING: 'writing.composing',
}

const writers = reactive(new Map<string, Writer[]>())

export function begin(dialogId: string, userId: number, code = '', seconds = 0): void {
  const until = Date.now() + (seconds > 0 ? seconds * 1000 : LASTS)
  writers.set(dialogId, [...others(dialogId, userId), { userId, code, until }])
  setTimeout(() => {
    const left = (writers.get(dialogId) ?? []).filter((writer) => writer.until > Date.now())
    if (left.length) writers.set(dialogId, left)
    else writers.delete(dialogId)
  }, until - Date.now() + 20)
}

export function end(dialogId: string, userId: number): void {
  const left = others(dialogId, userId)
  if (left.length) writers.set(dialogId, left)
  else writers.delete(dialogId)
}

function others(dialogId: string, userId: number): Writer[] {
  return (writers.get(dialogId) ?? []).filter((writer) => writer.userId !== userId)
}

/** What is going on in a dialog, in words; empty where nothing is. */
export function writingLine(dialogId: string): string {
  const now = writers.get(dialogId)
  const first = now?.[0]
  if (!first) return ''
  const doing = now.length === 1 ? ACTIONS[first.code] : undefined
  if (!dialogId.startsWith('chat')) return t(doing ?? 'chats.writingHere')
  const names = now.map((writer) => nameOf(writer.userId).split(' ')[0]).filter(Boolean).join(', ')
  return doing ? `${names}: ${t(doing)}` : t('chats.writing', { name: names })
}

on<{ dialogId: string; userId: number; statusMessageCode?: string; duration?: number }>('startWriting', (params) => {
  if (params.userId !== me.id) begin(params.dialogId, params.userId, params.statusMessageCode, params.duration)
})
for (const command of ['message', 'messageChat']) {
  on<{ dialogId: string; message: { senderId: number } }>(command, ({ dialogId, message }) => end(dialogId, message.senderId))
}
