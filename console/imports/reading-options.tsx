import { AutoComplete, Form, Input, Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import type { Kind } from '#console/imports/queries.ts'
import { exactNumber } from '#console/ui/format.ts'
import { Facts } from '#console/ui/page.tsx'
import type { ImportMapping, ImportPreview } from '#platform/imports/schema.ts'

const dateFormats = ['yyyy-MM-dd HH:mm:ss', 'yyyy/M/d H:mm', 'yyyy年M月d日 H:mm', 'dd/MM/yyyy HH:mm', 'MM/dd/yyyy h:mm a', 'yyyyMMdd']
const encodings = ['utf-8', 'gb18030', 'gbk', 'utf-16le'] as const

/** What the server found out about the file, and what can be said against it. Empty fields mean "as found". */
export function ReadingOptions(props: {
  file: File
  preview: ImportPreview
  kinds: Kind[]
  kind: Kind
  onKind: (name: string) => void
  options: ImportMapping
  onChange: (options: ImportMapping) => void
  orderColumn: string | undefined
}) {
  const { t, language } = useText()
  const { preview, options } = props
  const set = (change: { [Name in keyof ImportMapping]?: ImportMapping[Name] | undefined }) =>
    props.onChange(
      Object.fromEntries(Object.entries({ ...options, ...change }).filter(([, value]) => value !== undefined)) as ImportMapping,
    )
  const orders = props.kind.name.startsWith('order')
  return (
    <Form layout="vertical" className="reading">
      <Facts
        items={[
          { name: t('imports.fileName'), value: props.file.name },
          { name: t('imports.fileRows'), value: t('imports.about', { count: exactNumber(preview.total) }) },
          { name: t('imports.format'), value: preview.format.toUpperCase() },
        ]}
      />
      <Form.Item label={t('imports.kind')}>
        <Select
          aria-label={t('imports.kind')}
          value={props.kind.name}
          onChange={props.onKind}
          options={props.kinds.map(({ name, title }) => ({ value: name, label: title[language] }))}
        />
      </Form.Item>
      {preview.format !== 'xlsx' && (
        <Form.Item label={t('imports.encoding')}>
          <Select
            aria-label={t('imports.encoding')}
            value={options.encoding ?? ''}
            onChange={(encoding) => set({ encoding: (encoding || undefined) as ImportMapping['encoding'] })}
            options={[
              { value: '', label: t('imports.encodingAuto', { found: preview.encoding.toUpperCase() }) },
              ...encodings.map((encoding) => ({ value: encoding, label: encoding.toUpperCase() })),
            ]}
          />
        </Form.Item>
      )}
      <Form.Item label={t('imports.dateFormat')}>
        <AutoComplete
          aria-label={t('imports.dateFormat')}
          placeholder={t('imports.dateFormatHint')}
          allowClear
          defaultValue={options.dateFormat ?? ''}
          options={dateFormats.map((value) => ({ value }))}
          onSelect={(dateFormat: string) => set({ dateFormat })}
          onClear={() => set({ dateFormat: undefined })}
          onBlur={(event) => set({ dateFormat: (event.target as HTMLInputElement).value.trim() || undefined })}
        />
      </Form.Item>
      <Form.Item label={t('imports.timezone')}>
        <Select
          aria-label={t('imports.timezone')}
          showSearch
          allowClear
          placeholder={t('imports.asCompany')}
          value={options.timezone ?? null}
          onChange={(timezone: string | null | undefined) => set({ timezone: timezone ?? undefined })}
          options={Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, label: zone }))}
        />
      </Form.Item>
      {orders && (
        <>
          <Form.Item label={t('imports.currency')} extra={t('imports.currencyHint')}>
            <Select
              aria-label={t('imports.currency')}
              showSearch
              allowClear
              placeholder={t('imports.asCompany')}
              value={options.currency ?? null}
              onChange={(currency: string | null | undefined) => set({ currency: currency ?? undefined })}
              options={Intl.supportedValuesOf('currency').map((code) => ({ value: code, label: code }))}
            />
          </Form.Item>
          <RefundRule headers={preview.headers} rule={options.refundWhen} onChange={(refundWhen) => set({ refundWhen })} />
          {props.orderColumn && (
            <Form.Item label={t('imports.grouping')}>
              <span className="note">{t('imports.groupingHint', { column: props.orderColumn })}</span>
            </Form.Item>
          )}
        </>
      )}
    </Form>
  )
}

type Rule = NonNullable<ImportMapping['refundWhen']>

/** The rule counts once it says something; a column alone marks nothing. */
function RefundRule(props: { headers: string[]; rule: Rule | undefined; onChange: (rule: Rule | undefined) => void }) {
  const { t } = useText()
  const [form] = Form.useForm<{ column?: string; how: 'startsWith' | 'equals'; text?: string }>()
  const tell = () => {
    const { column, how, text } = form.getFieldsValue()
    props.onChange(column && text ? ({ column, [how ?? 'startsWith']: text } as Rule) : undefined)
  }
  const column = Form.useWatch('column', form)
  return (
    <Form
      form={form}
      component={false}
      layout="vertical"
      initialValues={{
        column: props.rule?.column,
        how: props.rule?.equals === undefined ? 'startsWith' : 'equals',
        text: props.rule?.startsWith ?? props.rule?.equals,
      }}
    >
      <Form.Item label={t('imports.refunds')} extra={t('imports.refundHint')}>
        <div className="stack tight">
          <Form.Item name="column" noStyle>
            <Select
              aria-label={t('imports.refundColumn')}
              placeholder={t('imports.refundNone')}
              allowClear
              onChange={tell}
              options={props.headers.filter(Boolean).map((header) => ({ value: header, label: header }))}
            />
          </Form.Item>
          <div className="refund-rule" hidden={!column}>
            <Form.Item name="how" noStyle>
              <Select
                aria-label={t('imports.refunds')}
                onChange={tell}
                options={[
                  { value: 'startsWith', label: t('imports.refundStarts') },
                  { value: 'equals', label: t('imports.refundEquals') },
                ]}
              />
            </Form.Item>
            <Form.Item name="text" noStyle>
              <Input aria-label={t('imports.refundText')} placeholder={t('imports.refundText')} onBlur={tell} onPressEnter={tell} />
            </Form.Item>
          </div>
        </div>
      </Form.Item>
    </Form>
  )
}
