/** Pictures that people choose, made square and small in the browser. */

/** The largest square in the middle of a picture: where it begins, and its side. */
export function square(width: number, height: number): { x: number; y: number; side: number } {
  const side = Math.min(width, height)
  return { x: Math.floor((width - side) / 2), y: Math.floor((height - side) / 2), side }
}

/** A file as a square picture in base64, without the `data:` before it. Throws where the browser cannot read it. */
export async function squared(file: Blob, size = 512): Promise<string> {
  const bitmap = await createImageBitmap(file)
  const { x, y, side } = square(bitmap.width, bitmap.height)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = Math.min(size, side)
  canvas.getContext('2d')?.drawImage(bitmap, x, y, side, side, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  const type = file.type === 'image/png' ? 'image/png' : 'image/jpeg'
  return canvas.toDataURL(type, 0.9).split(',')[1] ?? ''
}
