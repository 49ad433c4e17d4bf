/**
 * An English text with a place for a number, for the values that go into it: `{{count}} days` is `{{count}} day` where the count is one.
 * Done to the text before the values stand in it, so that nobody's own words are changed.
 */
export const singular = (text: string, values: Readonly<Record<string, unknown>>): string =>
  text.replace(/\{\{(\w+)\}\} ([a-z]+)\b/g, (plural, name: string, word: string) =>
    String(values[name]) === '1' ? `{{${name}}} ${one(word)}` : plural,
  )

const same = new Set(['is', 'as', 'ms', 'has', 'was', 'this', 'does', 'less', 'across', 'always'])

const one = (word: string): string => {
  if (word === 'people') return 'person'
  if (!word.endsWith('s') || same.has(word)) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  return /(ch|sh|x|ss)es$/.test(word) ? word.slice(0, -2) : word.slice(0, -1)
}
