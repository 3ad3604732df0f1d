/** The dialogs that are opened from several places. */
import { reactive } from 'vue'

export const openDialogs = reactive({
  newChat: false,
  shortcuts: false,
  /** The phrase with which the search begins; null while it is closed. */
  jump: null as string | null,
})
