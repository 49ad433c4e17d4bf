/** Both languages of one folder, side by side; the English half must have exactly the keys of the Chinese half. */
export interface Messages<Zh extends Tree> {
  zh: Zh
  en: SameShape<Zh>
}

interface Tree {
  [key: string]: string | Tree
}

type SameShape<T> = { [Key in keyof T]: T[Key] extends string ? string : SameShape<T[Key]> }

export const messages = <const Zh extends Tree>(zh: Zh, en: SameShape<Zh>): Messages<Zh> => ({ zh, en })
