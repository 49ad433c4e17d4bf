/** Small things remembered on this machine: unfinished forms, chosen columns, saved views. */
export function remembered<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(`liuliang.${name}`)
    return text === null ? undefined : (JSON.parse(text) as T)
  } catch {
    return undefined
  }
}

export function remember(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(`liuliang.${name}`)
    else localStorage.setItem(`liuliang.${name}`, JSON.stringify(value))
  } catch {
    // Storage may be full or forbidden; nothing that matters depends on it.
  }
}
