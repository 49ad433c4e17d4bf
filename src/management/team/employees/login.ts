/** The form in which a login is stored and compared: full-width letters and capitals make no difference. */
export const loginText = (typed: string): string => typed.normalize('NFKC').trim().toLowerCase()
