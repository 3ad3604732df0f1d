/** The filter of the list, which shortcuts change, too. */
import { ref } from 'vue'
import type { Filter } from '@/state/chatFilter'

export const listFilter = ref<Filter>('all')
