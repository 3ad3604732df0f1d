/** What draws attention to a new message: a sound, and a note on the desktop while the window is in the background. */
import { t } from '@/language'
import { router, chatAt } from '@/router'
import type { MessageCommand } from './chats'
import { on } from './connection'
import { me } from './me'
import { person } from './people'
import { preferences } from './preferences'

/** Messages that come together make one sound. */
const PAUSE = 1500
let lastSound = 0
let audio: AudioContext | null = null

/** Two short notes, made here: nothing has to be loaded. */
export function chime(): void {
  if (Date.now() - lastSound < PAUSE) return
  lastSound = Date.now()
  audio ??= new AudioContext()
  // Browsers stay silent until the person has clicked somewhere.
  if (audio.state === 'suspended') void audio.resume().catch(() => {})
  const begin = audio.currentTime
  for (const [at, frequency] of [[0, 660], [0.11, 880]] as const) {
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    tone.frequency.value = frequency
    volume.gain.setValueAtTime(0.0001, begin + at)
    volume.gain.exponentialRampToValueAtTime(0.12, begin + at + 0.015)
    volume.gain.exponentialRampToValueAtTime(0.0001, begin + at + 0.28)
    tone.connect(volume).connect(audio.destination)
    tone.start(begin + at)
    tone.stop(begin + at + 0.3)
  }
}

/** A text without the marks of the formatting language. */
export function bare(text: string): string {
  return text.replace(/\[\/?[a-z]+[^\]]*\]/gi, '').replace(/\s+/g, ' ').trim()
}

/** Whether a message is a reason for a sound or a note. */
export function alerts(params: Pick<MessageCommand, 'notify' | 'muted' | 'message'>, ownId: number, status: string): boolean {
  return params.notify && !params.muted && params.message.senderId !== ownId && params.message.system !== 'Y' && status !== 'dnd'
}

function tell(params: MessageCommand): void {
  if (!alerts(params, me.id, person(me.id)?.status ?? '')) return
  const away = document.visibilityState !== 'visible' || !document.hasFocus()
  if (preferences.sound && (away || router.currentRoute.value.params.dialogId !== params.dialogId)) chime()
  if (!away || !preferences.desktop || !('Notification' in window) || Notification.permission !== 'granted') return
  const sender = params.users[String(params.message.senderId)]
  const chat = params.chat[String(params.chatId)]
  const group = params.dialogId.startsWith('chat')
  const title = group ? (chat?.name ?? '') : (sender?.name ?? '')
  const text = bare(params.message.text) || (params.files.length ? t('chats.file') : t('chats.attachment'))
  const note = new Notification(title, {
    body: group && sender ? `${sender.name}: ${text}` : text,
    tag: params.dialogId,
    icon: '/online/icon.svg',
  })
  note.onclick = () => {
    window.focus()
    void router.push(chatAt(params.dialogId, params.message.id))
    note.close()
  }
}

on<MessageCommand>('message', tell)
on<MessageCommand>('messageChat', tell)
