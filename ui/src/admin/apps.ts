/** An application as administrators see it. */
export interface App {
  CLIENT_ID: string
  TITLE: string
  SCOPE: string[]
  INSTALLED: boolean
  BLOCKED: boolean
  BUILT_IN?: boolean
  HANDLER_URL: string
  INSTALL_URL: string
  REDIRECT_URI: string
  WIZARD: boolean
  USERS: number[] | null
}
