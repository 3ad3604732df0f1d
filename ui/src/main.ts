import { createApp } from 'vue'
import App from './App.vue'
import { finishSignIn, signIn, signedIn } from './api/session'
import { router } from './router'
import './style.css'

async function start(): Promise<void> {
  if (location.pathname === '/online/signed-in') {
    // The router has read the address with the code already.
    await router.replace((await finishSignIn(location.search)).slice('/online'.length))
  }
  if (!signedIn()) await signIn()
  createApp(App).use(router).mount('#app')
  if ('serviceWorker' in navigator && import.meta.env.PROD) void navigator.serviceWorker.register('/online/sw.js').catch(() => {})
}

start().catch((fault) => {
  document.getElementById('app')!.textContent = fault instanceof Error ? fault.message : String(fault)
})
