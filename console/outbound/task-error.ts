import { textOr } from '#console/i18n/i18n.ts'
import type { MassTaskItem } from '#operation/messages/schema.ts'

/** Why WeCom did not take what an employee was to be asked, with its number; what has no words here is shown as it was told. */
export function taskErrorText({ error, errorCode, errcode }: Pick<MassTaskItem, 'error' | 'errorCode' | 'errcode'>): string {
  const text = textOr(`outbound.wecomErrors.${(errorCode ?? '').replace(/^wecom\./, '')}`, '')
  if (errorCode === null || text === '') return error ?? ''
  return errcode === null ? text : textOr('outbound.errorNumber', text, { text, errcode })
}
