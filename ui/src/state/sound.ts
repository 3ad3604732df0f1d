/** A short sound of two notes, made by the browser: nothing has to be loaded. */

/** Messages that come together make one sound. */
const PAUSE = 1500
let last = 0
let audio: AudioContext | null = null

export function chime(): void {
  if (Date.now() - last < PAUSE || !('AudioContext' in window)) return
  last = Date.now()
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
