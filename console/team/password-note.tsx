import { App } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { CopyId } from '#console/ui/copy-id.tsx'

/** A first password is shown once and never stored by the console. */
export function usePasswordNote(): (name: string, password: string) => void {
  const { modal } = App.useApp()
  const { t } = useText()
  return (name, password) =>
    void modal.info({
      title: t('team.newPassword', { name }),
      icon: null,
      okText: t('ui.done'),
      content: (
        <div className="stack tight">
          <CopyId value={password} />
          <p className="note">{t('team.newPasswordNote')}</p>
        </div>
      ),
    })
}
