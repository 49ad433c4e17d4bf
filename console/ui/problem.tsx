import { Button } from 'antd'
import { ApiError } from '#console/api/client.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'

export function problemText(error: unknown): string {
  if (error instanceof ApiError) return textOr(`errors.${error.code}`, error.message)
  return error instanceof Error ? error.message : String(error)
}

/** A read that failed: what happened, a number for support, and another try. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useText()
  const requestId = error instanceof ApiError ? error.requestId : undefined
  return (
    <div className="problem" role="alert">
      <p>{problemText(error)}</p>
      {requestId && (
        <p className="note">
          {t('ui.requestId')} <code>{requestId}</code>
        </p>
      )}
      {retry && <Button onClick={retry}>{t('ui.retry')}</Button>}
    </div>
  )
}
