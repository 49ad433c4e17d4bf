import { useNavigate } from '@tanstack/react-router'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Views } from '#console/ui/tabs.tsx'

/** Files in and files out are one place of the rail and two lists. */
export function FilesViews({ open }: { open: 'imports' | 'exports' }) {
  const { t } = useText()
  const may = useMay()
  const navigate = useNavigate()
  const views = [
    { key: 'imports', name: t('imports.title') },
    { key: 'exports', name: t('exports.title') },
  ].filter(({ key }) => may(`${key}.read`))
  return <Views views={views} open={open} onOpen={(key) => void navigate({ to: key === 'exports' ? '/exports' : '/imports' })} />
}
