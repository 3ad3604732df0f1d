// B24PullClientManager as it is: it listens to an application's events, says each on a line, and writes to itself.
import { B24OAuth, B24PullClientManager } from '@bitrix24/b24jssdk'

const { PORTAL, CLIENT_ID, CLIENT_SECRET, APPLICATION_TOKEN, MEMBER_ID, ACCESS_TOKEN, REFRESH_TOKEN, PERSON } = process.env

// The client is for pages; this is what it looks for of a browser.
const kept = new Map()
globalThis.localStorage = {
  getItem: key => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
  removeItem: key => kept.delete(key)
}
globalThis.window = globalThis
globalThis.document = { location: { href: PORTAL } }
globalThis.addEventListener ??= () => {}
globalThis.removeEventListener ??= () => {}

const say = (kind, value) => process.stdout.write(JSON.stringify([kind, value]) + '\n')
const b24 = new B24OAuth(
  {
    applicationToken: APPLICATION_TOKEN,
    userId: 1,
    memberId: MEMBER_ID,
    accessToken: ACCESS_TOKEN,
    refreshToken: REFRESH_TOKEN,
    expires: Math.floor(Date.now() / 1000) + 3600,
    expiresIn: 3600,
    scope: 'imbot,im,user,pull',
    domain: PORTAL,
    clientEndpoint: `${PORTAL}/rest/`,
    serverEndpoint: `${PORTAL}/rest/`,
    status: 'L'
  },
  { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
)
const client = new B24PullClientManager({ b24, userId: 1, ...(PERSON ? { siteId: 'test' } : { restApplication: 'test' }) })
const listen = (type, moduleId) => client.subscribe({ type, moduleId, callback: data => say(type, [data.command, data.params]) })
for (const moduleId of ['application', 'im']) {
  listen('server', moduleId)
  listen('client', moduleId)
}
client.subscribe({ type: 'status', callback: data => say('status', data.status) })
await client.start()
say('started', client.isConnected())
say('pinged', (await client.ping()) ?? null)
say('channels', (await client.listChannels()).length)
say('seen', await client.getUsersLastSeen([1]))
await client.sendMessage([1], 'application', 'echo', { a: 1 })

process.stdin.on('end', () => {
  client.destroy()
  process.exit(0)
})
process.stdin.resume()
