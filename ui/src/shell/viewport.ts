/** The height that the keyboard of a phone leaves: Safari lays it over the page, where others shrink the page. */
export function watchViewport(): void {
  const seen = window.visualViewport
  if (!seen) return
  const fit = (): void => {
    // A page that is zoomed in is not made smaller.
    const covered = seen.scale <= 1.01 && window.innerHeight - seen.height > 80
    if (covered) document.documentElement.style.setProperty('--viewport', `${Math.round(seen.height)}px`)
    else document.documentElement.style.removeProperty('--viewport')
    if (covered) window.scrollTo(0, 0)
  }
  seen.addEventListener('resize', fit)
}
