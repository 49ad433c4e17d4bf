import { useEffect, useRef } from 'react'

/** ⌘ or Ctrl with a letter, anywhere on the page; `beside`: not in a field, which has that key for itself. */
export function useShortcut(letter: string, act: () => void, { shift = false, beside = false } = {}): void {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.shiftKey !== shift || event.key.toLowerCase() !== letter) return
      if (beside && event.target instanceof HTMLElement && event.target.closest('input, textarea, [contenteditable], [role="dialog"]'))
        return
      event.preventDefault()
      latest.current()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [letter, shift, beside])
}
