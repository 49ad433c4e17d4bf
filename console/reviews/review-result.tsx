import { useText } from '#console/i18n/i18n.ts'
import { numberOf } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import { behind, type ReviewProps, subjectOf } from '#console/reviews/props.ts'
import { Ranking } from '#console/reviews/ranking.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { currencySign, exactNumber, percent } from '#console/ui/format.ts'
import { Row, Section } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { type ReviewSubject, subjects } from '#insight/reports/review/subjects.ts'

export function ReviewResultView(props: ReviewProps) {
  const { t, language } = useText()
  const { result } = props
  const of = subjectOf(props)
  const words = useWords(props)
  if (result.found === 0) return <Waiting of={of} />
  const { total } = result
  const acts = subjects[of].acts.map((act) => ({ key: act.key, name: act[language], ...(total.acts[act.key] ?? { persons: 0, times: 0 }) }))
  return (
    <>
      <Section title={t(`reviews.subjects.${of}`)} note={words}>
        <Stats>
          {acts.map(({ key, name, persons, times }) => (
            <Stat
              key={key}
              name={name}
              hint={t('reviews.times', { count: exactNumber(times) })}
              value={<PeopleNumber value={persons} onClick={() => behind(props, name, key)} />}
            />
          ))}
          <Stat
            name={t('reviews.befriended')}
            value={<PeopleNumber value={total.befriended} onClick={() => behind(props, t('reviews.befriended'), 'befriended')} />}
          />
          <Stat
            name={t('reviews.buyers')}
            value={<PeopleNumber value={total.buyers} onClick={() => behind(props, t('reviews.buyers'), 'bought')} />}
          />
        </Stats>
        {total.open > 0 && <p className="note">{t('reviews.open', { count: exactNumber(total.open) })}</p>}
      </Section>
      <Section>
        <Chart
          title={t('reviews.chart')}
          height={220}
          data={{
            kind: 'bar',
            labels: [...acts.map(({ name }) => name), t('reviews.buyers')],
            series: [{ name: t('reports.people'), values: [...acts.map(({ persons }) => persons), total.buyers] }],
            format: (value) => exactNumber(value),
          }}
        />
      </Section>
      <Ranking {...props} />
    </>
  )
}

/** What the numbers say, in a sentence. */
function useWords({ document, result: { total, found, currency } }: ReviewProps): string {
  const { t, language } = useText()
  const of = subjectOf({ document })
  const { acts } = subjects[of]
  const most = Math.max(...acts.filter(({ starts }) => starts).map(({ key }) => total.acts[key]?.persons ?? 0))
  const said = acts.map((act) => {
    const persons = total.acts[act.key]?.persons ?? 0
    const share = act.starts || most === 0 || persons > most ? '' : t('reviews.actShare', { share: percent(persons, most) })
    return `${t('reviews.actOf', { name: act[language], count: exactNumber(persons) })}${share}`
  })
  return t('reviews.words', {
    found: exactNumber(found),
    unit: t(`reviews.units.${of}`),
    acts: said.join(t('ui.comma')),
    days: numberOf(document.windowDays, 7),
    buyers: exactNumber(total.buyers),
    orders: exactNumber(total.orders),
    net: `${currencySign(currency)}${exactNumber(total.net)}`,
    rate: percent(total.buyers, total.followed),
    befriended: exactNumber(total.befriended),
  })
}

function Waiting({ of }: { of: ReviewSubject }) {
  const { t } = useText()
  return (
    <Section>
      <Empty
        title={t(`reviews.empty.${of}`)}
        hint={t(`reviews.emptyHint.${of}`)}
        action={
          <Row>
            <ButtonLink type="primary" to="/integrations">
              {t('reviews.connect')}
            </ButtonLink>
            <ButtonLink to="/imports/new">{t('reviews.importFile')}</ButtonLink>
          </Row>
        }
      />
    </Section>
  )
}
