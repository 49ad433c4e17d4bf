import { type Translate, useText } from '#console/i18n/i18n.ts'
import type { Alias } from '#management/identity/schema.ts'

/** A person as any list or page knows them: by name, or by what stands in for it. */
export interface Called {
  name?: string | null | undefined
  alias?: Alias | null | undefined
}

/** 王小明, else 会员 17450; only who has neither is nameless. */
export const nameIn = (t: Translate, { name, alias }: Called): string =>
  name || (alias ? t(`ui.aliases.${alias.kind}`, { value: shortened(alias) }) : t('ui.nameless'))

export function usePersonName(): (person: Called) => string {
  const { t } = useText()
  return (person) => nameIn(t, person)
}

/** Ids that only machines read are known by their end; what people tell each other stays whole. */
const shortened = ({ kind, value }: Alias): string =>
  ['member_no', 'phone', 'shop_buyer'].includes(kind) || value.length <= 10 ? value : `…${value.slice(-6)}`
