/**
 * A text with its formatting. Emits `act` for what is pressed in it; READER says what is known for its reader. What is in
 * its slot stands after the last word.
 */
import { computed, defineComponent, h, type PropType } from 'vue'
import type { Act } from './acts'
import { emojiOnly } from './emojiOnly'
import { useReader } from './reader'
import { rendered } from './render'
import { parse } from './tree'

export default defineComponent({
  name: 'MessageText',
  props: {
    text: { type: String, required: true },
    tag: { type: String as PropType<'div' | 'span'>, default: 'div' },
  },
  emits: { act: (_: Act) => true },
  setup(props, { emit, slots }) {
    const by = { reader: useReader(), act: (act: Act) => emit('act', act) }
    const nodes = computed(() => parse(props.text))
    const large = computed(() => props.tag === 'div' && emojiOnly(nodes.value))
    // Each line begins at the side of its own script.
    const LOOK = 'whitespace-pre-wrap [overflow-wrap:anywhere] [unicode-bidi:plaintext]'
    return () => h(props.tag, { class: [LOOK, large.value && 'text-5xl/tight'] }, [rendered(nodes.value, by), slots.default?.()])
  },
})
