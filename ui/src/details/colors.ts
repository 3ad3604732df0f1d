/** The sixteen colours of chats: docs, chat-bots/chat-bots-v2/imbot.v2/chats/chat-add.md. */
export const COLORS: Record<string, string> = {
  RED: '#df532d',
  BROWN: '#ab7761',
  SAND: '#ba9c7b',
  LIME: '#58cc47',
  GREEN: '#64a513',
  MINT: '#4ba984',
  KHAKI: '#728f7a',
  AQUA: '#1eb4aa',
  LIGHT_BLUE: '#4ba5c3',
  DARK_BLUE: '#3e99ce',
  AZURE: '#29619b',
  PURPLE: '#8474c8',
  PINK: '#f76187',
  GRAY: '#909090',
  MARENGO: '#556574',
  GRAPHITE: '#5e5f5e',
}

/** `AZURE` as it is read aloud. */
export function spoken(name: string): string {
  return name.toLowerCase().replace('_', ' ')
}
