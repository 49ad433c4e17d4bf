/** What a text for one person may name. A fixed map: nothing in a text is ever computed. */
export const variables = {
  name: { zh: '客户称呼', en: 'Customer name' },
  employee: { zh: '员工姓名', en: 'Colleague name' },
  company: { zh: '公司名称', en: 'Company name' },
} as const

export type Variable = keyof typeof variables
export type Values = Readonly<Partial<Record<Variable, string | null>>>

/** `{{name|friend}}`: the variable, and what stands there where nothing is known. */
const placeholder = /\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}/g

const isVariable = (name: string): name is Variable => Object.hasOwn(variables, name)

export const hasVariables = (text: string): boolean => text.includes('{{')

/** What in the text is no variable: unknown names, braces left open, anything like code. */
export function wrongVariables(text: string): string[] {
  const unknown = [...text.matchAll(placeholder)].flatMap(([whole, name = '']) => (isVariable(name) ? [] : [whole]))
  const rest = text.replace(placeholder, '')
  return [...unknown, ...(rest.match(/\{\{|\}\}|<%|\$\{/g) ?? [])]
}

export const fillIn = (text: string, values: Values): string =>
  text.replace(placeholder, (whole, name: string, fallback: string | undefined) =>
    isVariable(name) ? ((values[name] || fallback?.trim()) ?? '') : whole,
  )
