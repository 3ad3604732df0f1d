// Keeps the client itself, so that it opens at once and without a connection. Nothing of what people write is kept here.
const SHELL = 'shell-1'
const PAGE = '/online/'

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.add(PAGE)).then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
})

async function page(request) {
  const cache = await caches.open(SHELL)
  try {
    const response = await fetch(request)
    if (response.ok && !response.redirected) await cache.put(PAGE, response.clone())
    return response
  } catch {
    return (await cache.match(PAGE)) ?? Response.error()
  }
}

// Names of these files change with their content. Those of earlier versions go when a new page names others.
async function asset(request) {
  const cache = await caches.open(SHELL)
  const known = await cache.match(request)
  if (known) return known
  const response = await fetch(request)
  if (response.ok) {
    await cache.put(request, response.clone())
    const kept = (await cache.keys()).filter(({ url }) => url.includes('/online/assets/'))
    for (const old of kept.slice(0, Math.max(0, kept.length - 60))) await cache.delete(old)
  }
  return response
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin || !url.pathname.startsWith(PAGE)) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (url.pathname.startsWith('/online/assets/')) event.respondWith(asset(request))
})
