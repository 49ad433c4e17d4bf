/** Whether the name is one of the time zone database, as every engine here knows them: offsets and what is only like one are none. */
export function isTimeZone(name: string): boolean {
  try {
    return name.length < 60 && /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}
