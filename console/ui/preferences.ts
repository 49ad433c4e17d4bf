import { useSyncExternalStore } from 'react'
import type { Language } from '#console/i18n/i18n.ts'

export type ThemeChoice = 'light' | 'dark' | 'system'
export type Density = 'normal' | 'compact'

/** What one person likes on one machine. Everything that others should see the same way lives in the URL instead. */
export interface Preferences {
  theme: ThemeChoice
  /** Undefined until somebody chooses here; until then the company's or the employee's language holds. */
  language: Language | undefined
  density: Density
}

const key = 'liuliang.preferences'
const listeners = new Set<() => void>()
let current: Preferences = { ...defaults(), ...stored() }

export const readPreferences = (): Preferences => current

export function setPreference<Name extends keyof Preferences>(name: Name, value: Preferences[Name]): void {
  current = { ...current, [name]: value }
  try {
    localStorage.setItem(key, JSON.stringify(current))
  } catch {
    // A browser that stores nothing still works until it is closed.
  }
  for (const listener of listeners) listener()
}

export const usePreferences = (): Preferences => useSyncExternalStore(subscribe, readPreferences)

/** The theme in force now; `system` follows the machine while it is chosen. */
export function useThemeName(): 'light' | 'dark' {
  const { theme } = usePreferences()
  const system = useMedia('(prefers-color-scheme: dark)')
  return theme === 'system' ? (system ? 'dark' : 'light') : theme
}

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    () => matchMedia(query).matches,
  )
}

/** How long a drawing takes to appear: no time where somebody asked their system for less motion. */
export const drawMs = (): number => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 250)

export const usePhone = (): boolean => useMedia('(max-width: 719px)')

function defaults(): Preferences {
  return { theme: 'system', language: undefined, density: 'normal' }
}

function stored(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}')
  } catch {
    return {}
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
