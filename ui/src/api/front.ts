/** What the portal says of itself to whoever asks for no page. */
export async function portalVersion(): Promise<string> {
  const response = await fetch('/', { headers: { Accept: 'application/json' } })
  return String(((await response.json()) as { botyard?: string }).botyard ?? '')
}
