/** The addresses of the client. The vendor's form `/online/?IM_DIALOG=chat42&IM_MESSAGE=7` leads to the chat. */
import { createRouter, createWebHistory, type RouteLocationRaw } from 'vue-router'
import ChatsView from './chats/ChatsView.vue'
import { followAppLink } from './frames/appLink'

export const router = createRouter({
  history: createWebHistory('/online/'),
  routes: [
    {
      path: '/',
      name: 'chats',
      component: ChatsView,
      beforeEnter: (to): RouteLocationRaw | true => {
        const { IM_DIALOG: dialogId, IM_MESSAGE: message } = to.query
        return typeof dialogId === 'string' && /^(chat)?\d+$/.test(dialogId) ? chatAt(dialogId, Number(message ?? 0)) : true
      },
    },
    { path: '/chat/:dialogId(chat\\d+|\\d+)', name: 'chat', component: ChatsView },
    { path: '/admin/:page?', name: 'admin', component: () => import('./admin/AdminView.vue') },
    { path: '/first-bot', name: 'first-bot', component: () => import('./welcome/FirstBotView.vue') },
    { path: '/join/:code', name: 'join', component: () => import('./details/JoinView.vue') },
    { path: '/notifications', name: 'notifications', component: () => import('./notifications/NotificationsView.vue') },
    { path: '/people/:id(\\d+)?', name: 'people', component: () => import('./people/PeopleView.vue') },
    { path: '/settings/:page?', name: 'settings', component: () => import('./settings/SettingsView.vue') },
    { path: '/apps', name: 'apps', component: () => import('./frames/AppsView.vue') },
    { path: '/apps/:clientId([\\w.-]+)', name: 'app', component: () => import('./frames/AppsView.vue') },
    {
      // The portal leads here from `/marketplace/view/…`, where such a link is opened outside of the client.
      path: '/marketplace/view/:clientId/',
      component: ChatsView,
      beforeEnter: (to) => {
        followAppLink(to.fullPath)
        return '/'
      },
    },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

/** Where a chat is shown, at one of its messages. */
export function chatAt(dialogId: string, messageId = 0): RouteLocationRaw {
  return { name: 'chat', params: { dialogId }, ...(messageId > 0 && { query: { message: String(messageId) } }) }
}
