import { App } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { problemText } from '#console/ui/problem.tsx'

/** Asks once, says the effect in words and numbers, and stays open with the reason when the act is refused. */
export function useConfirm() {
  const { modal, message } = App.useApp()
  const { t } = useText()
  return (question: { title: string; effect: ReactNode; act: string; danger?: boolean; run: () => Promise<unknown> }) =>
    modal.confirm({
      title: question.title,
      content: question.effect,
      okText: question.act,
      cancelText: t('ui.cancel'),
      okButtonProps: { danger: question.danger ?? false },
      focusable: { autoFocusButton: question.danger ? 'cancel' : 'ok' },
      icon: null,
      onOk: () =>
        question.run().catch((error: unknown) => {
          message.error(problemText(error))
          throw error
        }),
    })
}

/** Runs a write outside a form and says how it went. */
export function useRun() {
  const { message } = App.useApp()
  return async <T,>(act: () => Promise<T>, done?: string): Promise<T | undefined> => {
    try {
      const result = await act()
      if (done) message.success(done)
      return result
    } catch (error) {
      message.error(problemText(error))
      return undefined
    }
  }
}
