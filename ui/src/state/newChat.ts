/** Making a chat. */
import { call } from '@/api/portal'
import { t } from '@/language'

/** The colours of chats by the names that `im.chat.add` knows. */
export const COLORS: Record<string, string> = {
  RED: '#df532d', GREEN: '#64a513', MINT: '#4ba984', LIGHT_BLUE: '#4ba5c3', DARK_BLUE: '#3e99ce', PURPLE: '#8474c8', AQUA: '#1eb4aa', PINK: '#f76187',
  LIME: '#58cc47', BROWN: '#ab7761', AZURE: '#29619b', KHAKI: '#728f7a', SAND: '#ba9c7b', MARENGO: '#556574', GRAY: '#909090', GRAPHITE: '#5e5f5e',
}

const SIDE = 512

export interface NewChat {
  title: string
  users: number[]
  open: boolean
  color: string
  /** A data address, or nothing. */
  picture: string
}

export function makeChat(chat: NewChat): Promise<number> {
  return call<number>('im.chat.add', {
    TYPE: chat.open ? 'OPEN' : 'CHAT',
    TITLE: chat.title,
    USERS: chat.users,
    ...(chat.color && { COLOR: chat.color }),
    ...(chat.picture && { AVATAR: ['avatar.png', chat.picture.slice(chat.picture.indexOf(',') + 1)] }),
  })
}

/** The middle of a picture as a square of 512 pixels. */
export async function pictureOf(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(t('newChat.noPicture'))
  })
  const side = Math.min(bitmap.width, bitmap.height)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = Math.min(SIDE, side)
  const { width } = canvas
  canvas.getContext('2d')?.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, width, width)
  return canvas.toDataURL('image/png')
}
