/** Every kind of message on one page, to look at while working: `npm run dev`, then /online/src/format/gallery/?theme=dark. */
import '@/style.css'
import { createApp } from 'vue'
import { preferences } from '@/state/preferences'
import { READER, type Reader } from '../reader'
import Gallery from './Gallery.vue'

const query = new URLSearchParams(location.search)
preferences.theme = query.get('theme') === 'dark' ? 'dark' : 'light'
preferences.language = (query.get('language') ?? 'en') as 'en'

const reader: Reader = {
  me: 5,
  userName: (id) => `Person ${id}`,
  chatTitle: () => 'Sales',
  pictureUrl: (url) => (url.includes('missing') ? '' : '/online/icon.svg'),
}
createApp(Gallery).provide(READER, reader).mount('#app')
