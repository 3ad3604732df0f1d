/** The list of suggestions above the field: what is asked for at the caret, what fits, and what a choice puts in. */
import { computed, ref, watch, type Ref } from 'vue'
import { loadEmoji } from '@/emoji/emojiData'
import { find as findEmoji } from '@/emoji/emojiSearch'
import { language, t } from '@/language'
import { mentionOf, type Mention } from '@/state/mentions'
import { nameOf } from '@/state/people'
import { chatsLike, commandsOf, membersLike } from '@/state/suggest'
import { filterCommands, triggerAt, type Trigger } from './triggers'

export interface Suggestion {
  key: string
  title: string
  detail: string
  /** What stands in light letters after the title. */
  hint: string
  sign: string
  face: { avatar: string; color: string; bot: boolean } | null
  /** What takes the place of what was typed. */
  text: string
  mention: Mention | null
}

export interface Field {
  dialogId: string
  text: Ref<string>
  caret: Ref<number>
  mentions: Ref<Mention[]>
}

const plain = { detail: '', hint: '', sign: '', face: null, mention: null }

export function useSuggestions(field: Field) {
  const suggestions = ref<Suggestion[]>([])
  const active = ref(0)
  /** Where suggestions were closed by Escape: nothing more is suggested there. */
  const closedAt = ref(-1)
  const trigger = computed(() => triggerAt(field.text.value, field.caret.value))

  function mentioned(kind: Mention['kind'], id: string, name: string): Pick<Suggestion, 'text' | 'mention'> {
    const mention = mentionOf(kind, id, name, field.mentions.value)
    return { text: `${mention.label} `, mention }
  }

  async function find({ kind, query }: Trigger): Promise<Suggestion[]> {
    if (kind === 'command') {
      const commands = filterCommands(await commandsOf(field.dialogId), query)
      return commands.map(({ ID, COMMAND, TITLE, PARAMS, BOT_ID }) => ({
        ...plain, key: String(ID), title: `/${COMMAND}`, hint: PARAMS, detail: [TITLE, nameOf(BOT_ID)].filter(Boolean).join(' · '), text: `/${COMMAND} `,
      }))
    }
    if (kind === 'mention') {
      const people = await membersLike(field.dialogId, query)
      const found: Suggestion[] = people.map(({ id, name, detail, avatar, color, bot }) => ({
        ...plain, key: id, title: name, detail, face: { avatar, color, bot }, ...mentioned('USER', id, name),
      }))
      const all = t('composer.all')
      if (field.dialogId.startsWith('chat') && all.toLowerCase().startsWith(query.toLowerCase())) {
        found.push({ ...plain, key: 'all', title: all, detail: t('composer.allHint'), sign: '@', ...mentioned('USER', 'all', all) })
      }
      return found
    }
    if (kind === 'chat') {
      return chatsLike(query).map(({ dialogId, chatId, title, avatar, color }) => ({
        ...plain, key: dialogId, title, face: { avatar, color, bot: false }, ...mentioned('CHAT', String(chatId), title),
      }))
    }
    const emoji = findEmoji(await loadEmoji(language.value), query.replaceAll('_', ' ')).slice(0, 8)
    return emoji.map(({ emoji: sign, name }) => ({ ...plain, key: sign, title: name, sign, text: `${sign} ` }))
  }

  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => [trigger.value?.kind, trigger.value?.query, trigger.value?.from, closedAt.value],
    () => {
      clearTimeout(timer)
      const now = trigger.value
      const number = ++asked
      if (now?.from !== closedAt.value) closedAt.value = -1
      if (!now || now.from === closedAt.value) return (suggestions.value = [])
      timer = setTimeout(
        async () => {
          const found = await find(now).catch(() => [])
          if (number !== asked) return
          suggestions.value = found
          active.value = 0
        },
        now.kind === 'mention' && now.query ? 120 : 0,
      )
    },
    { immediate: true },
  )

  return {
    suggestions,
    active,
    step(by: number): void {
      const count = suggestions.value.length
      active.value = (active.value + by + count) % count
    },
    close(): void {
      closedAt.value = trigger.value?.from ?? -1
      suggestions.value = []
    },
    /** The part of the text that a suggestion takes the place of, and what it puts there. */
    chosen(index: number): { from: number; to: number; text: string; mention: Mention | null } | null {
      const suggestion = suggestions.value[index]
      const at = trigger.value
      return suggestion && at ? { from: at.from, to: at.to, text: suggestion.text, mention: suggestion.mention } : null
    },
  }
}
