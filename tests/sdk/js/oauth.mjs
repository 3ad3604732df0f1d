// B24OAuth with three tokens: a good one, one that the portal holds expired, one that the client knows to be expired.
import { B24OAuth } from '@bitrix24/b24jssdk'

const { PORTAL, CLIENT_ID, CLIENT_SECRET, APPLICATION_TOKEN, MEMBER_ID, CHAT, TOKENS } = process.env
const soon = Math.floor(Date.now() / 1000) + 3600
const said = {}

for (const [name, [accessToken, refreshToken, expired]] of Object.entries(JSON.parse(TOKENS))) {
  const b24 = new B24OAuth(
    {
      applicationToken: APPLICATION_TOKEN,
      userId: 1,
      memberId: MEMBER_ID,
      accessToken,
      refreshToken,
      expires: expired ? soon - 7200 : soon,
      expiresIn: 3600,
      scope: 'imbot,im,user',
      domain: PORTAL,
      clientEndpoint: `${PORTAL}/rest/`,
      serverEndpoint: `${PORTAL}/rest/`,
      status: 'L'
    },
    { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
  )
  const renewed = []
  b24.setCallbackRefreshAuth(async ({ authData, b24OAuthParams }) => {
    renewed.push({ ...authData, clientEndpoint: b24OAuthParams.clientEndpoint, scope: b24OAuthParams.scope })
  })
  const dialog = await b24.actions.v2.call.make({ method: 'imbot.dialog.get', params: { DIALOG_ID: CHAT } })
  await b24.initIsAdmin()
  said[name] = { dialog: dialog.getData(), renewed, admin: b24.auth.isAdmin }
}

const wrong = new B24OAuth(
  {
    applicationToken: APPLICATION_TOKEN,
    userId: 1,
    memberId: MEMBER_ID,
    accessToken: 'nobodys',
    refreshToken: 'nobodys',
    expires: soon - 7200,
    expiresIn: 3600,
    scope: 'im',
    domain: PORTAL,
    clientEndpoint: `${PORTAL}/rest/`,
    serverEndpoint: `${PORTAL}/rest/`,
    status: 'L'
  },
  { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
)
try {
  await wrong.auth.refreshAuth()
} catch (error) {
  said.wrong = { name: error.name, code: error.code, status: error.status, text: error.message }
}
console.log(JSON.stringify(said))
