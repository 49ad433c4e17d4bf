import type { PortraitDimension } from './schema.ts'

/** What a value's people have in common, as a leaf of a rule; null where no rule says it. */
export type Found = { value: string | null; label?: string; count: number; baseCount: number; rule: object | null }

export type Dimension = Pick<PortraitDimension, 'key' | 'group' | 'name' | 'many'> & { read(): Promise<Found[]> }

export const dimension = (
  group: PortraitDimension['group'],
  key: string,
  options: { name?: string; many?: boolean },
  read: () => Promise<Found[]>,
): Dimension => ({ key, group, name: options.name ?? null, many: options.many ?? false, read })

/** A step of a scale: from ≤ x ≤ to. */
export type Band = { label: string; from?: number; to?: number }

export const bandRule = ({ from, to }: Band): object => ({
  ...(from === undefined ? {} : { gte: from }),
  ...(to === undefined ? {} : { lte: to }),
})
