import { randomBytes } from 'node:crypto'

/** Letters that say nothing, for names that strangers read; none that look alike. */
export const randomLetters = (count: number): string =>
  Array.from(randomBytes(count), (byte) => '0123456789abcdefghjkmnpqrstvwxyz'[byte & 31]).join('')
