import { Alert, App } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { problemText } from '#console/ui/problem.tsx'

interface Question<T> {
  title: string
  effect: ReactNode
  act: string
  danger?: boolean
  run: () => Promise<T>
  done?: (result: T) => string
}

/** Asks once, says the effect in words and numbers, stays open with the reason when the act is refused, and says `done` afterwards. */
export function useConfirm() {
  const { modal, message } = App.useApp()
  const { t } = useText()
  return <T,>(question: Question<T>) => {
    const shown = (problem?: string) => (
      <>
        {question.effect}
        {problem && <Alert className="refusal" type="error" showIcon title={problem} role="alert" />}
      </>
    )
    const okButton = { danger: question.danger ?? false }
    const asked = modal.confirm({
      title: question.title,
      content: shown(),
      okText: question.act,
      cancelText: t('ui.cancel'),
      okButtonProps: okButton,
      focusable: { autoFocusButton: question.danger ? 'cancel' : 'ok' },
      icon: null,
      // With a parameter and without a promise it is closed by us: antd would throw a refused promise on, caught by nobody.
      onOk: (close: () => void) => {
        asked.update({ content: shown(), okButtonProps: { ...okButton, loading: true } })
        void question.run().then(
          (result) => {
            close()
            if (question.done) message.success(question.done(result))
          },
          (error: unknown) => asked.update({ content: shown(problemText(error)), okButtonProps: okButton }),
        )
      },
    })
  }
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
