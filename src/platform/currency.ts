import { z } from 'zod'

/** A currency by its code (ISO 4217). */
export const currency = z.string().regex(/^[A-Z]{3}$/, 'A currency is three capital letters, such as CNY.')

export const isCurrency = (text: string): boolean => currency.safeParse(text).success
