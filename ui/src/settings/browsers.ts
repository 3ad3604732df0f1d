/** Browsers by what they say of themselves, as people call them. */
export interface Session {
  ID: number
  CREATED: string
  LAST_SEEN: string
  EXPIRES: string
  ADDRESS: string
  BROWSER: string
}

/** In an order in which those come first that also name others. */
const BROWSERS: [mark: RegExp, name: string][] = [
  [/YaBrowser\//, 'Yandex Browser'],
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chromium\//, 'Chromium'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const SYSTEMS: [mark: RegExp, name: string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]

/** `Firefox · Linux`, or what is known of it. */
export function browserName(agent: string): string {
  const found = [BROWSERS, SYSTEMS].map((marks) => marks.find(([mark]) => mark.test(agent))?.[1])
  return found.filter(Boolean).join(' · ') || agent.slice(0, 60)
}

export function onPhone(agent: string): boolean {
  return /Mobile|Android|iPhone|iPad/.test(agent)
}

/** The session of this browser: the one last used among those of the same name. The list is in that order. */
export function own(sessions: Session[], agent: string): Session | undefined {
  return sessions.find((session) => session.BROWSER === agent)
}
