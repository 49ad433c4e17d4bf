import { Button, Skeleton } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { type TagTemplate, useApplyTemplate, useTagTemplates } from '#console/tags/queries.ts'
import { useConfirm } from '#console/ui/confirm.tsx'
import { Section, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { TagChips } from '#console/ui/tag-chips.tsx'

export function Templates({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText()
  const templates = useTagTemplates(open)
  return (
    <SideSheet title={t('tags.templates')} open={open} onClose={onClose}>
      <Stack>
        <p className="note">{t('tags.templatesNote')}</p>
        {templates.error ? (
          <Problem error={templates.error} retry={() => void templates.refetch()} />
        ) : templates.isPending ? (
          <Skeleton active />
        ) : (
          templates.data.items.map((template) => <TemplateCard key={template.id} template={template} onDone={onClose} />)
        )}
      </Stack>
    </SideSheet>
  )
}

function TemplateCard({ template, onDone }: { template: TagTemplate; onDone: () => void }) {
  const { t } = useText()
  const confirm = useConfirm()
  const apply = useApplyTemplate()
  const tags = template.groups.reduce((sum, group) => sum + group.tags.length, 0)
  return (
    <Section
      title={template.name}
      actions={
        <Button
          onClick={() =>
            confirm({
              title: template.name,
              effect: t('tags.templateEffect', { groups: template.groups.length, tags }),
              act: t('tags.useTemplate'),
              run: () => apply.mutateAsync(template.id).then(onDone),
            })
          }
        >
          {t('tags.useTemplate')}
        </Button>
      }
    >
      <div className="stack tight">
        {template.groups.map((group) => (
          <div key={group.name}>
            <p className="note">{group.name}</p>
            <TagChips tags={group.tags.map((name) => ({ id: name, name }))} />
          </div>
        ))}
      </div>
    </Section>
  )
}
