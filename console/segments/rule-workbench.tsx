import { CodeOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useId, useRef, useState } from 'react'
import { CustomerPicker } from '#console/customers/customer-picker.tsx'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { JsonSheet } from '#console/reports/json-sheet.tsx'
import { ExplainedTree } from '#console/segments/explained-tree.tsx'
import { askChange, askDependents, useExplained, useRuleCount, useSaveSegment } from '#console/segments/queries.ts'
import { RuleGroup, showPlace } from '#console/segments/rule-editor.tsx'
import { asGroup, isWhole, type Lack, lacksIn, partsOf, type RuleTree } from '#console/segments/tree.ts'
import { isUsed, UseWords } from '#console/segments/uses.tsx'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { Count } from '#console/ui/count.tsx'
import { RestoredNotice, useDraft } from '#console/ui/draft.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Section, Stack } from '#console/ui/page.tsx'
import { usePersonName } from '#console/ui/person-name.ts'
import { Problem } from '#console/ui/problem.tsx'
import type { Change } from '#insight/segments/live/schema.ts'
import type { Dependents, Segment } from '#insight/segments/schema.ts'

/** The rule on the left; on the right how many it reaches now, and why somebody is in or out. */
export function RuleWorkbench({ saved, start }: { saved: Segment | undefined; start: RuleTree }) {
  const { t } = useText()
  const from = JSON.stringify(start)
  // A rule that was changed elsewhere meanwhile is not overlaid by what was written over another.
  const unsaved = useDraft<{ from: string; rule: RuleTree }>(`segment.${saved?.id ?? 'new'}`, (kept) => kept.from === from)
  const rule = unsaved.kept?.rule ?? asGroup(start)
  const setRule = (next: RuleTree) => unsaved.keep({ from, rule: next })
  const [json, setJson] = useState(false)
  const editor = useRef<HTMLDivElement>(null)
  const show = ({ place }: Lack) => showPlace(editor.current, place)
  return (
    <div className="report segment">
      <div className="report-result stack">
        <RestoredNotice draft={unsaved} />
        <Section
          title={t('segments.rule')}
          note={t('segments.ruleNote')}
          actions={
            <>
              <Button icon={<CodeOutlined />} aria-label={t('reports.json')} onClick={() => setJson(true)}>
                JSON
              </Button>
              <Gate permission="segments.write">
                <Save saved={saved} rule={rule} show={show} onSaved={unsaved.forget} />
              </Gate>
            </>
          }
        >
          <div ref={editor}>
            <RuleGroup rule={rule} onChange={setRule} />
          </div>
        </Section>
      </div>
      <div className="report-editor">
        <Stack>
          <Reach rule={rule} show={show} />
          <Why rule={rule} />
        </Stack>
      </div>
      {json && (
        <JsonSheet
          document={{ type: 'segment', rule }}
          onApply={(document) => setRule(asGroup((document.rule ?? { and: [] }) as RuleTree))}
          onClose={() => setJson(false)}
        />
      )}
    </div>
  )
}

function Reach({ rule, show }: { rule: RuleTree; show: (lack: Lack) => void }) {
  const { t } = useText()
  const lackText = useLackText()
  const lacks = lacksIn(rule)
  const counted = useRuleCount(rule)
  const isEverybody = partsOf(rule)?.length === 0
  return (
    <Section title={t('segments.reach')}>
      {counted.error ? (
        <Problem error={counted.error} retry={() => void counted.refetch()} />
      ) : (
        <div className={counted.isFetching ? 'refreshing' : ''}>
          <p className="rule-count" role="status">
            {counted.data && lacks.length === 0 ? <Count value={counted.data.count} /> : '—'}
          </p>
          <p className="note">
            {lacks.length > 0
              ? t('segments.unfinished')
              : isEverybody
                ? t('segments.everybody')
                : counted.data && t('segments.ofAll', { share: percent(counted.data.count, counted.data.total) })}
          </p>
          {lacks.map((lack) => (
            <Button key={lack.place} type="link" size="small" className="rule-lack" onClick={() => show(lack)}>
              {lackText(lack)}
            </Button>
          ))}
        </div>
      )}
    </Section>
  )
}

function useLackText(): (lack: Lack) => string {
  const { t } = useText()
  return ({ kind }) =>
    t('segments.lack', { kind: t(`segments.kinds.${kind === 'group' ? 'groupOf' : kind}`), what: textOr(`segments.lacks.${kind}`, '') })
}

function Why({ rule }: { rule: RuleTree }) {
  const { t } = useText()
  const [customer, setCustomer] = useState<string>()
  const id = useId()
  const explained = useExplained(rule, customer)
  return (
    <Section title={t('segments.why')}>
      <Stack tight>
        <label className="note" htmlFor={id}>
          {t('segments.whyWho')}
        </label>
        <CustomerPicker id={id} {...(customer ? { value: customer } : {})} onChange={setCustomer} />
        {explained.error && <Problem error={explained.error} retry={() => void explained.refetch()} />}
        {explained.data && isWhole(rule) && (
          <>
            <p className={explained.data.holds ? 'rule-verdict in' : 'rule-verdict out'}>
              {t(explained.data.holds ? 'segments.isIn' : 'segments.isOut')}
            </p>
            <ExplainedTree tree={explained.data} />
          </>
        )}
      </Stack>
    </Section>
  )
}

function Save(props: { saved: Segment | undefined; rule: RuleTree; show: (lack: Lack) => void; onSaved: () => void }) {
  const { t } = useText()
  const { saved, rule, onSaved } = props
  const { message } = App.useApp()
  const lackText = useLackText()
  const run = useRun()
  const navigate = useNavigate()
  const save = useSaveSegment()
  const [naming, setNaming] = useState(false)
  const confirm = useConfirm()
  const change = async ({ id }: Segment) => {
    const asked = await run(() => Promise.all([askChange(id, rule), askDependents(id)]))
    if (asked)
      confirm({
        title: t('segments.changeTitle'),
        effect: <ChangeEffect change={asked[0]} uses={asked[1]} />,
        act: t('ui.save'),
        run: () => save.mutateAsync({ id, rule }).then(onSaved),
      })
  }
  const kept = () => {
    const [lack] = lacksIn(rule)
    if (lack) {
      message.error(lackText(lack))
      props.show(lack)
    } else if (saved) void change(saved)
    else setNaming(true)
  }
  return (
    <>
      <Button type="primary" loading={save.isPending} onClick={kept}>
        {t(saved ? 'ui.save' : 'segments.saveAs')}
      </Button>
      <NameDrawer
        title={t('segments.saveAs')}
        label={t('segments.name')}
        max={100}
        open={naming}
        initial=""
        onClose={() => setNaming(false)}
        onSave={(name) =>
          save.mutateAsync({ name, rule }).then(({ id }) => {
            onSaved()
            return navigate({ to: '/segments/$segmentId', params: { segmentId: id } })
          })
        }
      />
    </>
  )
}

/** Before a rule is changed: how many come in and go out, some of them by name, and what goes by it. */
function ChangeEffect({ change: { before, after, entering, leaving, tag }, uses }: { change: Change; uses: Dependents }) {
  const { t } = useText()
  const called = usePersonName()
  const names = ({ some, count }: Change['entering']) =>
    some.length === 0 ? '' : `${some.slice(0, 5).map(called).join(t('segments.namesJoint'))}${count > 5 ? ' …' : ''}`
  return (
    <Stack tight>
      <p>{t('segments.changeSize', { before: exactNumber(before), after: exactNumber(after) })}</p>
      <p>
        {t('segments.changeIn', { count: exactNumber(entering.count) })} <span className="note">{names(entering)}</span>
      </p>
      <p>
        {t('segments.changeOut', { count: exactNumber(leaving.count) })} <span className="note">{names(leaving)}</span>
      </p>
      {tag && <p>{t('segments.changeTag', { given: exactNumber(tag.given), taken: exactNumber(tag.taken) })}</p>}
      {isUsed(uses) && (
        <>
          <p>{t('segments.changeUses')}</p>
          <UseWords of={uses} />
        </>
      )}
    </Stack>
  )
}
