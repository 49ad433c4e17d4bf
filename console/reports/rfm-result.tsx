import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, minorDigits, percent } from '#console/ui/format.ts'
import { Money } from '#console/ui/money.tsx'
import { Section } from '#console/ui/page.tsx'
import type { RfmResult } from '#insight/reports/rfm/schema.ts'

const behaviours = ['recentOften', 'recentSeldom', 'longAgoOften', 'longAgoSeldom'] as const

/** Eight groups in two rows: above those who spend much, below the others; from left to right how they buy. */
export function RfmResultView({ document, result, drill }: ResultProps<RfmResult>) {
  const { t, language } = useText()
  const { customers, currency, groups } = result
  const amount = groups.reduce((sum, group) => sum + group.amount, 0)
  const minor = (major: number) => Math.round(major * 10 ** minorDigits(currency))
  const nameOf = (group: RfmResult['groups'][number]) => (language === 'zh' ? group.name : group.nameEn)
  if (customers === 0) {
    return (
      <Section>
        <Empty title={t('reports.nobodyBought')} hint={t('reports.nobodyBoughtHint')} />
      </Section>
    )
  }
  return (
    <>
      <Section
        title={t('reports.rfmResult', { count: exactNumber(customers) })}
        note={
          <>
            {t('reports.rfmNote')} <Money minor={minor(amount)} currency={currency} />
          </>
        }
      >
        <div className="rfm">
          {behaviours.map((name) => (
            <span key={name} className="rfm-head note">
              {t(`reports.behaviours.${name}`)}
            </span>
          ))}
          {groups.map((group, index) => (
            <button
              key={group.name}
              type="button"
              className={`rfm-card ${index < 4 ? 'high' : 'low'}`}
              disabled={group.count === 0}
              onClick={() => drill({ title: nameOf(group), report: change(document, { rows: true }), group: group.name })}
            >
              <span className="rfm-name">{nameOf(group)}</span>
              <span className="stat-value">
                <Count value={group.count} />
              </span>
              <span className="note figure">
                {percent(group.count, customers)} · <Money minor={minor(group.amount)} currency={currency} />
              </span>
              <span className="rfm-advice note">{t(`reports.advice.${advice[index] ?? 'a1'}`)}</span>
            </button>
          ))}
        </div>
      </Section>
      <Section>
        <Chart
          title={t('reports.rfmShares')}
          unit="%"
          height={240}
          data={{
            kind: 'bar',
            labels: groups.map(nameOf),
            series: [
              { name: t('reports.shareOfPeople'), values: groups.map((group) => share(group.count, customers)), color: 7 },
              { name: t('reports.shareOfAmount'), values: groups.map((group) => share(group.amount, amount)), color: 0 },
            ],
            format: (value) => `${value}%`,
          }}
        />
      </Section>
    </>
  )
}

const advice = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8'] as const

const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10)
