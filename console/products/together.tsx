import { Select, Skeleton } from 'antd'
import { useState } from 'react'
import { ApiError } from '#console/api/client.ts'
import { useText } from '#console/i18n/i18n.ts'
import type { ProductProps } from '#console/products/products-page.tsx'
import { basketDocument, type Thresholds, useBasket } from '#console/products/queries.ts'
import { namesOf, Rules, RulesFile } from '#console/products/rules.tsx'
import { Freshness } from '#console/reports/freshness.tsx'
import { shareText } from '#console/trade/amount.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Row, Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'

/** Rules as sentences, the strongest first; the people who bought all of it open by a click. */
export function Together({ asked, drill }: ProductProps) {
  const { t } = useText()
  const [thresholds, setThresholds] = useState<Thresholds>({ minSupport: 0.005, minConfidence: 0.1, sort: 'lift' })
  const { data, error, refetch } = useBasket(asked, thresholds)
  const result = data?.result
  return (
    <>
      <Section
        flush
        title={t('products.together')}
        note={
          result &&
          t('products.togetherNote', {
            baskets: exactNumber(result.baskets),
            items: exactNumber(result.items),
            rules: exactNumber(result.rulesFound),
          })
        }
        actions={
          <>
            <Choices thresholds={thresholds} onChange={setThresholds} />
            {result && <RulesFile result={result} />}
          </>
        }
      >
        {error ? (
          <Row>
            {error instanceof ApiError && error.code === 'basket.too_many_itemsets' ? (
              <p className="note">{t('products.tooMany')}</p>
            ) : (
              <Problem error={error} retry={() => void refetch()} />
            )}
          </Row>
        ) : !result ? (
          <Skeleton active />
        ) : result.rules.length === 0 ? (
          <Empty title={t('products.noRules')} hint={t('products.noRulesHint')} />
        ) : (
          <Rules
            result={result}
            people={(rule) =>
              drill({
                title: namesOf([...rule.lhs, ...rule.rhs], result.titles, t('products.plus')),
                report: { ...basketDocument(asked, thresholds), persons: { items: [...rule.lhs, ...rule.rhs] } },
              })
            }
          />
        )}
      </Section>
      {data && <Freshness answer={data} document={basketDocument(asked, thresholds)} />}
    </>
  )
}

function Choices({ thresholds, onChange }: { thresholds: Thresholds; onChange: (thresholds: Thresholds) => void }) {
  const { t } = useText()
  const shares = (values: number[], name: string) => values.map((value) => ({ value, label: `${name} ${shareText(value)}` }))
  return (
    <>
      <Select
        aria-label={t('products.minSupport')}
        value={thresholds.minSupport}
        onChange={(minSupport) => onChange({ ...thresholds, minSupport })}
        options={shares([0.001, 0.002, 0.005, 0.01, 0.02, 0.05], t('products.minSupport'))}
      />
      <Select
        aria-label={t('products.minConfidence')}
        value={thresholds.minConfidence}
        onChange={(minConfidence) => onChange({ ...thresholds, minConfidence })}
        options={shares([0.05, 0.1, 0.2, 0.3, 0.5, 0.8], t('products.minConfidence'))}
      />
      <Select
        aria-label={t('products.sort')}
        value={thresholds.sort}
        onChange={(sort) => onChange({ ...thresholds, sort })}
        options={(['lift', 'confidence', 'support', 'conviction'] as const).map((value) => ({
          value,
          label: t('products.sortedBy', { measure: t(`products.sorts.${value}`) }),
        }))}
      />
    </>
  )
}
