import { Switch } from 'antd'
import { emptyWelcome } from '#console/live-codes/draft.ts'
import { WelcomeEditor } from '#console/live-codes/welcome-editor.tsx'
import { Row, Stack } from '#console/ui/page.tsx'
import type { Welcome } from '#growth/welcomes/schema.ts'

/** A greeting that may be there or not, as one field of a form: Form.Item hands in value and change. */
export function WelcomeField(props: { label: string; value?: Welcome | null; onChange?: (welcome: Welcome | null) => void }) {
  const { label, value, onChange } = props
  return (
    <Stack tight>
      <Row>
        <Switch checked={Boolean(value)} onChange={(on) => onChange?.(on ? emptyWelcome : null)} aria-label={label} />
        <span>{label}</span>
      </Row>
      {value && <WelcomeEditor value={value} onChange={(welcome) => onChange?.(welcome)} complaint={undefined} />}
    </Stack>
  )
}
