import { CodeOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Alert, Button } from 'antd'
import { useId, useState } from 'react'
import { CustomerPicker } from '#console/customers/customer-picker.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { JsonSheet } from '#console/reports/json-sheet.tsx'
import { ExplainedTree } from '#console/segments/explained-tree.tsx'
import { askChange, useExplained, useRuleCount, useSaveSegment } from '#console/segments/queries.ts'
import { RuleGroup } from '#console/segments/rule-editor.tsx'
import { asGroup, isWhole, partsOf, type RuleTree } from '#console/segments/tree.ts'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { Count } from '#console/ui/count.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { remember, remembered } from '#console/ui/local.ts'
import { Section, Stack } from '#console/ui/page.tsx'
import { usePersonName } from '#console/ui/person-name.ts'
import { Problem } from '#console/ui/problem.tsx'
import type { Change } from '#insight/segments/live/schema.ts'
import type { Segment } from '#insight/segments/schema.ts'

/** The rule on the left; on the right how many it reaches now, and why somebody is in or out. */
export function RuleWorkbench({ saved, start }: { saved: Segment | undefined; start: RuleTree }) {
  const { t } = useText()
  const { rule, setRule, forget, discard } = useRuleDraft(saved?.id ?? 'new', start)
  const [json, setJson] = useState(false)
  return (
    <div className="report segment">
      <div className="report-result">
        {discard && (
          <Alert
            type="info"
            showIcon
            title={t('ui.draftRestored')}
            action={
              <Button size="small" onClick={discard}>
                {t('ui.discard')}
              </Button>
            }
          />
        )}
        <Section
          title={t('segments.rule')}
          note={t('segments.ruleNote')}
          actions={
            <>
              <Button icon={<CodeOutlined />} aria-label={t('reports.json')} onClick={() => setJson(true)}>
                JSON
              </Button>
              <Gate permission="segments.write">
                <Save saved={saved} rule={rule} onSaved={forget} />
              </Gate>
            </>
          }
        >
          <RuleGroup rule={rule} onChange={setRule} />
        </Section>
      </div>
      <div className="report-editor">
        <Stack>
          <Reach rule={rule} />
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

/** A rule that is not saved survives a reload and a look at another tab, as long as what it began with is the same. */
function useRuleDraft(name: string, start: RuleTree) {
  const key = `draft.segment.${name}`
  const from = JSON.stringify(start)
  const [kept] = useState(() => remembered<{ from: string; rule: RuleTree }>(key))
  const restored = kept?.from === from ? kept.rule : undefined
  const [isRestored, setRestored] = useState(restored !== undefined)
  const [rule, setRule] = useState(() => restored ?? asGroup(start))
  const forget = () => remember(key, undefined)
  return {
    rule,
    setRule: (next: RuleTree) => {
      setRule(next)
      remember(key, { from, rule: next })
    },
    forget,
    discard: isRestored
      ? () => {
          forget()
          setRestored(false)
          setRule(asGroup(start))
        }
      : undefined,
  }
}

function Reach({ rule }: { rule: RuleTree }) {
  const { t } = useText()
  const counted = useRuleCount(rule)
  const isEverybody = partsOf(rule)?.length === 0
  return (
    <Section title={t('segments.reach')}>
      {counted.error ? (
        <Problem error={counted.error} retry={() => void counted.refetch()} />
      ) : (
        <div className={counted.isFetching ? 'refreshing' : ''}>
          <p className="rule-count" role="status">
            {counted.data && isWhole(rule) ? <Count value={counted.data.count} /> : '—'}
          </p>
          <p className="note">
            {!isWhole(rule)
              ? t('segments.unfinished')
              : isEverybody
                ? t('segments.everybody')
                : counted.data && t('segments.ofAll', { share: percent(counted.data.count, counted.data.total) })}
          </p>
        </div>
      )}
    </Section>
  )
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

function Save({ saved, rule, onSaved }: { saved: Segment | undefined; rule: RuleTree; onSaved: () => void }) {
  const { t } = useText()
  const run = useRun()
  const navigate = useNavigate()
  const save = useSaveSegment()
  const [naming, setNaming] = useState(false)
  const confirm = useConfirm()
  const change = async ({ id }: Segment) => {
    const moves = await run(() => askChange(id, rule))
    if (moves)
      confirm({
        title: t('segments.changeTitle'),
        effect: <ChangeEffect change={moves} />,
        act: t('ui.save'),
        run: () => save.mutateAsync({ id, rule }).then(onSaved),
      })
  }
  const kept = () => (saved ? void change(saved) : setNaming(true))
  return (
    <>
      <Button type="primary" disabled={!isWhole(rule)} loading={save.isPending} onClick={kept}>
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

/** Before a rule is changed: how many come in and go out, and some of them by name. */
function ChangeEffect({ change: { before, after, entering, leaving, tag } }: { change: Change }) {
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
    </Stack>
  )
}
