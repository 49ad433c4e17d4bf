import type { Declaring } from '#insight/tracking/schema.ts'

export interface DeclareValues {
  name: string
  title: string
  owner: string
  description: string
  closed: boolean
  properties: { name?: string; type?: string; title?: string; required?: boolean; values?: string[] }[]
  sample: string
}

export const emptyDeclaration: DeclareValues = {
  name: '',
  title: '',
  owner: '',
  description: '',
  closed: false,
  properties: [],
  sample: '',
}

/** What a name that was only seen suggests: its properties, as text until somebody says better. */
export const suggested = (name: string, properties: readonly string[]): DeclareValues => ({
  ...emptyDeclaration,
  name,
  properties: properties.filter((property) => !property.startsWith('$')).map((property) => ({ name: property, type: 'text' })),
})

export const declared = (name: string, { sample, properties, ...plan }: Declaring): DeclareValues => ({
  ...plan,
  name,
  properties: properties.map(({ values, ...property }) => ({ ...property, ...(values ? { values } : {}) })),
  sample: sample === null ? '' : JSON.stringify(sample, null, 2),
})

/** The form's values as the request wants them; an empty sample is none. */
export const declarationOf = ({ name: _name, sample, properties, ...facts }: DeclareValues): Record<string, unknown> => ({
  ...facts,
  properties: properties.map(({ values, ...property }) => ({
    title: '',
    required: false,
    ...property,
    ...(values && values.length > 0 ? { values } : {}),
  })),
  sample: sample.trim() === '' ? null : sampleOf(sample),
})

export function sampleOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
