/** Which files of a message are pictures, and how much room one takes before it is loaded. */
import type { File } from '@/api/shapes'

const WIDEST = 384
const HIGHEST = 380
const SMALLEST = 96

export function albumOf(files: File[]): File[] {
  return files.filter((file) => file.type === 'image' && typeof file.image === 'object')
}

/** Width and proportions of a picture in its bubble. A narrow bubble makes it smaller in the same proportions. */
export function sizeOf(file: File): { width: string; aspectRatio: string } {
  const { width, height } = typeof file.image === 'object' ? file.image : { width: 4, height: 3 }
  const scale = Math.min(1, WIDEST / width, HIGHEST / height)
  const shownWidth = Math.max(SMALLEST, Math.round(width * scale))
  const shownHeight = Math.max(SMALLEST, Math.round(height * scale))
  return { width: `${shownWidth}px`, aspectRatio: `${shownWidth} / ${shownHeight}` }
}
