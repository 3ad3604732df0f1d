/** Questions before something that cannot be taken back. `Confirm.vue` shows them. */
import { shallowRef } from 'vue'

export interface Question {
  title: string
  text: string
  /** What the button says. */
  action: string
  danger?: boolean
  answer: (yes: boolean) => void
}

export const question = shallowRef<Question | null>(null)

/** Whether the person agrees. A second question takes the place of one that is open. */
export function confirm(title: string, text: string, action: string, danger = true): Promise<boolean> {
  question.value?.answer(false)
  return new Promise((answer) => (question.value = { title, text, action, danger, answer }))
}

export function reply(yes: boolean): void {
  question.value?.answer(yes)
  question.value = null
}
