import { InboxOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Form, Select, Upload } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { ArrangeImport } from '#console/imports/arrange-import.tsx'
import { CheckImport } from '#console/imports/check-import.tsx'
import { useImportKinds, useStartImport } from '#console/imports/queries.ts'
import { Back } from '#console/ui/back.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section, Stack } from '#console/ui/page.tsx'
import { Stepper } from '#console/ui/stepper.tsx'
import type { ImportMapping } from '#platform/imports/schema.ts'

const route = getRouteApi('/app/imports/new')

/** What was arranged: kept while the check runs, so that going back loses nothing. */
export interface Arranged {
  kind: string
  mapping: ImportMapping
}

/** A file cannot be kept in the address, so the steps live here; from the start of the import on it has a page of its own. */
export const NewImportPage = () => (
  <Gate page permission="imports.write">
    <Wizard />
  </Gate>
)

function Wizard() {
  const { t } = useText()
  const run = useRun()
  const navigate = useNavigate({ from: '/imports/new' })
  const { kind } = route.useSearch()
  const [file, setFile] = useState<File>()
  const [arranged, setArranged] = useState<Arranged>()
  const [checkId, setCheckId] = useState<string>()
  const start = useStartImport()
  const begin = (what: Arranged, dryRun: boolean) =>
    run(async () => {
      if (!file) return
      setArranged(what)
      const { id } = await start.mutateAsync({ file, ...what, dryRun })
      if (dryRun) setCheckId(id)
      else await navigate({ to: '/imports/$importId', params: { importId: id } })
    })
  const step = !file ? 0 : checkId ? 2 : 1
  const go = (to: number) => {
    setCheckId(undefined)
    if (to === 0) {
      setFile(undefined)
      setArranged(undefined)
    }
  }
  return (
    <Page
      back={<Back to="/imports">{t('imports.title')}</Back>}
      title={t('imports.create')}
      actions={file && <Button onClick={() => go(0)}>{t('imports.otherFile')}</Button>}
    >
      <Section>
        <Stepper
          steps={[t('imports.steps.file'), t('imports.steps.mapping'), t('imports.steps.check'), t('imports.steps.run')]}
          current={step}
          onGo={go}
        />
      </Section>
      {!file ? (
        <ChooseFile kind={kind} onKind={(next) => void navigate({ search: { kind: next }, replace: true })} onFile={setFile} />
      ) : checkId && arranged ? (
        <CheckImport id={checkId} busy={start.isPending} onBack={() => setCheckId(undefined)} onRun={() => void begin(arranged, false)} />
      ) : (
        <ArrangeImport file={file} kind={kind} before={arranged} busy={start.isPending} onGo={(what, dryRun) => void begin(what, dryRun)} />
      )}
    </Page>
  )
}

function ChooseFile(props: { kind: string | undefined; onKind: (kind: string | undefined) => void; onFile: (file: File) => void }) {
  const { t, language } = useText()
  const kinds = useImportKinds()
  return (
    <Section>
      <Stack>
        <Upload.Dragger
          accept=".csv,.txt,.tsv,.xlsx,.jsonl,.ndjson,.gz"
          maxCount={1}
          showUploadList={false}
          beforeUpload={(file) => {
            props.onFile(file)
            return false
          }}
        >
          <div className="drop">
            <InboxOutlined />
            <p className="drop-title">{t('imports.dropTitle')}</p>
            <p className="note">{t('imports.dropHint')}</p>
          </div>
        </Upload.Dragger>
        <Form layout="vertical" className="form-narrow">
          <Form.Item label={t('imports.whatIsIt')}>
            <Select
              aria-label={t('imports.whatIsIt')}
              value={props.kind ?? ''}
              onChange={(kind) => props.onKind(kind || undefined)}
              options={[
                { value: '', label: t('imports.guessIt') },
                ...(kinds.data?.items ?? []).map((kind) => ({ value: kind.name, label: kind.title[language] })),
              ]}
            />
          </Form.Item>
        </Form>
      </Stack>
    </Section>
  )
}
