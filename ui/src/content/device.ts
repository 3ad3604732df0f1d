/** Which of a bot's buttons are shown: those for phones, or those for larger screens. */
import { ref } from 'vue'

const narrow = matchMedia('(max-width: 767px)')
export const device = ref<'MOBILE' | 'DESKTOP'>(narrow.matches ? 'MOBILE' : 'DESKTOP')
narrow.addEventListener('change', () => (device.value = narrow.matches ? 'MOBILE' : 'DESKTOP'))
