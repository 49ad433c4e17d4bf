import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount, shareText } from '#console/trade/amount.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Columns, Section } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { Movement } from '#console/value/movement.tsx'
import { PlanOf } from '#console/value/plan-of.tsx'
import { Figures } from '#console/value/table.tsx'
import { healthKeys } from '#insight/reports/layers/rules.ts'
import type { LayersResult } from '#insight/reports/layers/schema.ts'

type Props = ResultProps<LayersResult>
type Layer = LayersResult['layers'][number]

export function LayersResultView(props: Props) {
  const { t } = useText()
  if (props.result.customers === 0)
    return (
      <Section>
        <Empty
          title={t('value.nobody')}
          hint={t('value.nobodyHint')}
          action={
            <ButtonLink type="primary" to="/wecom">
              {t('value.connectWecom')}
            </ButtonLink>
          }
        />
      </Section>
    )
  return (
    <>
      <Pyramid {...props} />
      <Columns shares={[1, 1]}>
        <Health {...props} />
        <Reasons {...props} />
      </Columns>
      <Top {...props} />
      {props.result.movements.length > 0 && <Movement {...props} />}
    </>
  )
}

/** The narrowest on top; how wide a layer is drawn says its place, not its size, which stands beside it. */
function Pyramid({ document, result, drill }: Props) {
  const { t, language } = useText()
  const named = (layer: Layer) => (language === 'zh' ? layer.name : layer.nameEn)
  return (
    <Section title={t('value.pyramid')} note={t('value.pyramidNote', { count: exactNumber(result.customers), day: result.asOf })}>
      <ol className="pyramid">
        {result.layers.toReversed().map((layer, place) => (
          <li key={layer.key}>
            <button
              type="button"
              className="pyramid-step"
              style={{ width: `${40 + place * 20}%` }}
              disabled={layer.count === 0}
              onClick={() =>
                drill({ title: named(layer), report: change(document, { comparedTo: undefined, persons: { layer: layer.key } }) })
              }
            >
              <span className="rfm-name">{named(layer)}</span>
              <span className="stat-value">
                <Count value={layer.count} /> <small>{percent(layer.count, result.customers)}</small>
              </span>
            </button>
            <div className="pyramid-facts note">
              <span className="figure">
                {t('value.buyers', { count: exactNumber(layer.buyers) })} · <Amount value={layer.amount} currency={result.currency} /> ·{' '}
                {t('value.active', { share: percent(layer.active, layer.count) })}
              </span>
              <PlanOf layer={layer} />
            </div>
          </li>
        ))}
      </ol>
    </Section>
  )
}

/** What the best fifth of the buyers brings. */
function Top({ document, result, drill }: Props) {
  const { t } = useText()
  const { buyers, amount, share } = result.top
  if (buyers === 0) return null
  const title = t('value.top')
  return (
    <Section title={title} note={t('value.topNote')}>
      <Stats>
        <Stat
          name={t('value.topBuyers')}
          value={
            <PeopleNumber
              value={buyers}
              onClick={() => drill({ title, report: change(document, { comparedTo: undefined, persons: { top: true } }) })}
            />
          }
        />
        <Stat name={t('value.topAmount')} value={<Amount value={amount} currency={result.currency} />} />
        <Stat name={t('value.topShare')} value={shareText(share)} />
      </Stats>
    </Section>
  )
}

function Health({ document, result, drill }: Props) {
  const { t, language } = useText()
  const buying = result.layers.filter(({ buyers }) => buyers > 0).toReversed()
  return (
    <Section flush title={t('value.health')} note={t('value.healthNote')}>
      <Figures
        rows={buying}
        keyOf={({ key }) => key}
        columns={[
          { title: t('value.layer'), cell: (layer) => (language === 'zh' ? layer.name : layer.nameEn) },
          ...healthKeys.map((health) => ({
            title: t(`value.healths.${health}`),
            right: true,
            cell: (layer: Layer) => (
              <button
                type="button"
                className="number-button"
                disabled={layer.health[health] === 0}
                onClick={() =>
                  drill({
                    title: `${language === 'zh' ? layer.name : layer.nameEn} · ${t(`value.healths.${health}`)}`,
                    report: change(document, { comparedTo: undefined, persons: { layer: layer.key, health } }),
                  })
                }
              >
                {exactNumber(layer.health[health])}
              </button>
            ),
          })),
        ]}
      />
    </Section>
  )
}

function Reasons({ document, result, drill }: Props) {
  const { t } = useText()
  if (result.reasons.length === 0)
    return (
      <Section>
        <p className="note chart-empty">{t('value.noReasons')}</p>
      </Section>
    )
  return (
    <Section flush title={t('value.reasonsTitle')} note={t('value.reasonsNote')}>
      <Figures
        rows={result.reasons}
        keyOf={({ health, reason }) => `${health} ${reason}`}
        columns={[
          {
            title: t('value.state'),
            cell: ({ health }) => <Badge tone={health === 'loyal' ? 'good' : 'waiting'}>{t(`value.healths.${health}`)}</Badge>,
          },
          { title: t('value.reason'), cell: ({ reason }) => t(`value.reasons.${reason}`) },
          {
            title: t('value.people'),
            right: true,
            cell: ({ health, reason, count }) => (
              <button
                type="button"
                className="number-button"
                onClick={() =>
                  drill({
                    title: t(`value.reasons.${reason}`),
                    report: change(document, { comparedTo: undefined, persons: { health, reason } }),
                  })
                }
              >
                {exactNumber(count)}
              </button>
            ),
          },
        ]}
      />
    </Section>
  )
}
