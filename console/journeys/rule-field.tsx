import { EditOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { RuleGroup } from '#console/segments/rule-editor.tsx'
import { asGroup, partsOf, type RuleTree } from '#console/segments/tree.ts'
import { SideSheet } from '#console/ui/side-sheet.tsx'

/** A rule of the segment builder, which needs more room than the panel has. `name`: whose rule it is. */
export function RuleField({ name, rule, onChange }: { name: string; rule: RuleTree; onChange: (rule: RuleTree) => void }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  const group = asGroup(rule)
  const count = partsOf(group)?.length ?? 0
  return (
    <div className="row between">
      <span className="note">{count === 0 ? t('journeys.fields.ruleEmpty') : t('journeys.fields.ruleParts', { count })}</span>
      <Button size="small" icon={<EditOutlined />} aria-label={`${t('journeys.fields.editRule')} ${name}`} onClick={() => setOpen(true)}>
        {t('journeys.fields.editRule')}
      </Button>
      <SideSheet title={`${t('journeys.fields.rule')} · ${name}`} open={open} onClose={() => setOpen(false)} wide>
        <RuleGroup rule={group} onChange={onChange} />
      </SideSheet>
    </div>
  )
}
