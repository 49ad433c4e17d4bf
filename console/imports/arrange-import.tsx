import { CheckCircleOutlined } from '@ant-design/icons'
import { Alert, Button, Select, Skeleton } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { guessKind } from '#console/imports/guess-kind.ts'
import type { Arranged } from '#console/imports/new-import-page.tsx'
import { type Kind, useImportKinds, usePreview } from '#console/imports/queries.ts'
import { ReadingOptions } from '#console/imports/reading-options.tsx'
import { useAttributes } from '#console/reports/queries.ts'
import { exactNumber } from '#console/ui/format.ts'
import { Columns, Section, Stack } from '#console/ui/page.tsx'
import { explained, Problem } from '#console/ui/problem.tsx'
import type { ImportMapping, ImportPreview } from '#platform/imports/schema.ts'

/** Key of ours → header of the file. */
type Matched = Record<string, string>

export function ArrangeImport(props: {
  file: File
  kind: string | undefined
  before: Arranged | undefined
  busy: boolean
  onGo: (what: Arranged, dryRun: boolean) => void
}) {
  const { t } = useText()
  const kinds = useImportKinds()
  const [chosenKind, setChosenKind] = useState(props.before?.kind ?? props.kind)
  const [columns, setColumns] = useState<Matched | undefined>(props.before?.mapping.columns)
  const [options, setOptions] = useState<ImportMapping>(() => without(props.before?.mapping ?? {}, 'columns'))
  const known = kinds.data?.items ?? []
  // Asked as the first kind, a file of another kind still gives its headers; they tell which kind it is.
  const look = usePreview(props.file, known[0]?.name, {})
  const kindName = chosenKind ?? (look.data && (guessKind(known, look.data.headers) ?? known[0]?.name))
  const kind = known.find(({ name }) => name === kindName)
  const mapping: ImportMapping = { ...options, ...(columns ? { columns } : {}) }
  const preview = usePreview(props.file, kind?.name, mapping)
  const error = kinds.error ?? look.error ?? preview.error
  if (error && !preview.data) {
    return (
      <Section>
        <Problem error={error} retry={() => void (look.error ? look.refetch() : preview.refetch())} />
      </Section>
    )
  }
  if (!kind || !preview.data) {
    return (
      <Section title={t('imports.reading')}>
        <Skeleton active />
      </Section>
    )
  }
  const matched = columns ?? preview.data.mapping.columns
  const missing = preview.data.columns.filter(({ key, required }) => required && !matched[key])
  const grouped = kind.name.startsWith('order') && matched.order_no ? { group: 'order_no' } : {}
  const what: Arranged = { kind: kind.name, mapping: { ...options, ...grouped, columns: matched } }
  const ready = missing.length === 0 && Object.keys(matched).length > 0
  return (
    <Stack>
      <Columns shares={[2.4, 1]}>
        <Stack>
          <Matching kind={kind} preview={preview.data} matched={matched} onChange={setColumns} />
          <Findings preview={preview.data} error={preview.error} />
          <FirstRows preview={preview.data} matched={matched} stale={preview.isPlaceholderData} />
        </Stack>
        <Section title={t('imports.howToRead')}>
          <ReadingOptions
            file={props.file}
            preview={preview.data}
            kinds={known}
            kind={kind}
            onKind={(name) => {
              setChosenKind(name)
              setColumns(undefined)
            }}
            options={options}
            onChange={setOptions}
            orderColumn={matched.order_no}
          />
        </Section>
      </Columns>
      <div className="row">
        <Button type="primary" size="large" disabled={!ready} loading={props.busy} onClick={() => props.onGo(what, true)}>
          {t('imports.check')}
        </Button>
        <Button size="large" type="text" disabled={!ready || props.busy} onClick={() => props.onGo(what, false)}>
          {t('imports.runNow')}
        </Button>
        <span className="note">{t('imports.checkHint')}</span>
      </div>
    </Stack>
  )
}

function Matching(props: { kind: Kind; preview: ImportPreview; matched: Matched; onChange: (matched: Matched) => void }) {
  const { t, language } = useText()
  const { preview, matched } = props
  const attributes = useAttributes()
  const keyOf = Object.fromEntries(Object.entries(matched).map(([key, header]) => [header, key]))
  const own = props.kind.name === 'customers' ? (attributes.data?.items ?? []) : []
  const targets = [
    ...preview.columns.map(({ key, title, required }) => ({ key, name: title[language], required })),
    ...own.map(({ key, name }) => ({ key: `attribute.${key}`, name: `${name} · ${t('imports.attribute')}`, required: false })),
  ]
  const missing = targets.filter(({ key, required }) => required && !matched[key])
  const choose = (header: string, key: string | undefined) => {
    const rest = Object.entries(matched).filter(([oldKey, oldHeader]) => oldHeader !== header && oldKey !== key)
    props.onChange(Object.fromEntries(key ? [...rest, [key, header]] : rest))
  }
  return (
    <Section
      title={t('imports.matching')}
      note={t('imports.matchingNote', { matched: Object.keys(matched).length, total: preview.headers.length })}
    >
      {missing.length > 0 && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 12 }}
          title={t('imports.missing', { columns: missing.map(({ name }) => name).join('、') })}
        />
      )}
      <ul className="matching">
        {preview.headers.map((header, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a file may name two columns alike
          <li key={index}>
            <div>
              <span className={keyOf[header] ? 'matching-name' : 'matching-name mute'}>{header || '—'}</span>
              <span className="note">{samples(preview, index) || t('imports.emptyColumn')}</span>
            </div>
            <Select
              aria-label={t('imports.meansAs', { header })}
              value={keyOf[header] ?? null}
              placeholder={t('imports.skip')}
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              popupMatchSelectWidth={false}
              disabled={header === ''}
              onChange={(key: string | null | undefined) => choose(header, key ?? undefined)}
              options={targets.map(({ key, name, required }) => ({
                value: key,
                label: required ? `${name} *` : name,
                title: matched[key] && matched[key] !== header ? t('imports.duplicate', { header: matched[key] }) : key,
              }))}
              optionRender={(option) => (
                <span className={matched[String(option.value)] && matched[String(option.value)] !== header ? 'mute' : undefined}>
                  {option.label}
                </span>
              )}
            />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function samples(preview: ImportPreview, index: number): string {
  const seen = preview.rows.map((row) => row[index]?.trim()).filter((text) => text !== undefined && text !== '')
  return [...new Set(seen)].slice(0, 3).join('  ·  ')
}

function Findings({ preview, error }: { preview: ImportPreview; error: unknown }) {
  const { t, language } = useText()
  const titleOf = (field: string) => preview.columns.find(({ key }) => key === field)?.title[language] ?? field
  if (error) return <Alert type="error" showIcon title={<Problem error={error} />} />
  if (preview.problems.length === 0) {
    return (
      <p className="row good-word">
        <CheckCircleOutlined /> {t('imports.fits')}
      </p>
    )
  }
  return (
    <Alert
      type="warning"
      showIcon
      title={t('imports.problems', { count: preview.problems.length })}
      description={
        <ul>
          {preview.problems.slice(0, 6).map((problem) => (
            <li key={`${problem.line}${problem.code}${problem.field}`}>
              {[problem.line !== undefined && t('imports.problemLine', { line: problem.line }), problem.field && titleOf(problem.field)]
                .filter(Boolean)
                .join(' · ')}
              {t('imports.colon')}
              {explained(problem)}
            </li>
          ))}
        </ul>
      }
    />
  )
}

function FirstRows({ preview, matched, stale }: { preview: ImportPreview; matched: Matched; stale: boolean }) {
  const { t, language } = useText()
  const titleOf = (header: string) => {
    const key = Object.keys(matched).find((one) => matched[one] === header)
    return preview.columns.find((column) => column.key === key)?.title[language] ?? key
  }
  return (
    <Section flush title={t('imports.preview', { count: exactNumber(preview.rows.length) })} note={t('imports.previewNote')}>
      <div className={stale ? 'plain-scroll first-rows stale' : 'plain-scroll first-rows'}>
        <table className="plain-table">
          <thead>
            <tr>
              {preview.headers.map((header, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a file may name two columns alike
                <th key={index} scope="col">
                  {header}
                  <span className={titleOf(header) ? 'note good-word' : 'note'}>{titleOf(header) ?? t('imports.skip')}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.map((row, line) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file may be equal
              <tr key={line}>
                {preview.headers.map((header, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a file may name two columns alike
                  <td key={index} className={titleOf(header) ? undefined : 'mute'} title={row[index]}>
                    {row[index]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

function without<Name extends keyof ImportMapping>(mapping: ImportMapping, name: Name): ImportMapping {
  const { [name]: _dropped, ...rest } = mapping
  return rest as ImportMapping
}
