import { Button } from 'antd'
import { ApiError } from '#console/api/client.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'

export function problemText(error: unknown): string {
  if (error instanceof ApiError) return explained(error, { names: namesIn(error) })
  return error instanceof Error ? error.message : String(error)
}

/** A reason that the server gave or kept: our own words where there are any. */
export const explained = ({ code, message, details }: Reason, told: Record<string, string> = {}): string =>
  textOr(`errors.${code}`, message, { message, names: '', ...nearIn(details), ...told })

interface Reason {
  code: string
  message: string
  details?: Record<string, unknown> | undefined
}

/** Parts of the house that are called in the reader's language. */
const partNames: Readonly<Record<string, string>> = { stages: 'stages.names', layers: 'errors.layers' }

/** Things that a refusal lists by what they are: what still uses something. */
function namesIn({ details }: ApiError): string {
  const lists = (['segments', 'reports', 'journeys', 'messages', 'stages', 'layers'] as const).flatMap((kind) => {
    const list = details[kind]
    const names = Array.isArray(list)
      ? list.map(({ id, name }: { id?: unknown; name?: unknown }) => textOr(`${partNames[kind] ?? ''}.${String(id)}`, String(name)))
      : []
    return names.length > 0 ? [textOr(`errors.users.${kind}`, kind, { names: names.join('、') })] : []
  })
  return lists.join(' · ')
}

/** A property or a name that nobody knows or several have, and those that may have been meant. */
function nearIn({ property, name, near }: Record<string, unknown> = {}): Record<string, string> {
  const names = Array.isArray(near) ? near.join('、') : near
  return {
    ...(typeof property === 'string' ? { property } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    near: names ? textOr('errors.users.near', '', { names: String(names) }) : '',
  }
}

/** A read that failed: what happened, a number for support, and another try. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useText()
  // Asking again changes nothing about what one may not do or what is not there.
  const isFinal = error instanceof ApiError && (error.status === 403 || error.status === 404)
  const requestId = error instanceof ApiError ? error.requestId : undefined
  return (
    <div className="problem" role="alert">
      <p>{problemText(error)}</p>
      {requestId && (
        <p className="note">
          {t('ui.requestId')} <code>{requestId}</code>
        </p>
      )}
      {retry && !isFinal && <Button onClick={retry}>{t('ui.retry')}</Button>}
    </div>
  )
}
