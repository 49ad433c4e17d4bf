import { useText } from '#console/i18n/i18n.ts'
import { shareText } from '#console/trade/amount.tsx'
import { CsvButton } from '#console/trade/csv-button.tsx'
import { Count } from '#console/ui/count.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { BasketResult, Rule } from '#insight/reports/basket/schema.ts'

/** Fewer orders than these say nothing, however high the lift. */
const fewOrders = 5

type Titles = BasketResult['titles']

/** A rule a line: what goes with what, in words and in measures. */
export function Rules({ result: { rules, titles }, people }: { result: BasketResult; people: (rule: Rule) => void }) {
  const { t } = useText()
  return (
    <PlainScroll>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('products.rule')}</th>
            {(['count', 'support', 'confidence', 'lift', 'conviction'] as const).map((key) => (
              <th key={key} scope="col" className="right">
                {t(`products.${key}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={[...rule.lhs, '>', ...rule.rhs].join('\u0000')}>
              <td className="wrap reading">
                <strong>
                  {namesOf(rule.lhs, titles, t('products.plus'))} → {namesOf(rule.rhs, titles, t('products.plus'))}
                </strong>
                <br />
                <span className="note">
                  <RuleReading rule={rule} titles={titles} />
                  {rule.count < fewOrders && ` · ${t('products.fewOrders', { count: rule.count })}`}
                </span>
              </td>
              <td className="right">
                <button type="button" className="number-button" onClick={() => people(rule)}>
                  <Count value={rule.count} />
                </button>
              </td>
              <td className="right figure">{shareText(rule.support)}</td>
              <td className="right figure">{shareText(rule.confidence)}</td>
              <td className="right figure">{rule.lift.toFixed(2)}</td>
              <td className="right figure">{rule.conviction === null ? '∞' : rule.conviction.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </PlainScroll>
  )
}

export function RuleReading({ rule, titles }: { rule: Rule; titles: Titles }) {
  const { t } = useText()
  return t(rule.lift > 1 ? 'products.reading' : 'products.readingLess', {
    left: namesOf(rule.lhs, titles, t('products.plus')),
    right: namesOf(rule.rhs, titles, t('products.plus')),
    confidence: shareText(rule.confidence),
    lift: twoDigits(rule.lift),
  })
}

export function RulesFile({ result: { rules, titles } }: { result: BasketResult }) {
  const { t } = useText()
  const keys = ['count', 'support', 'confidence', 'lift', 'conviction'] as const
  return (
    <CsvButton
      name={t('products.together')}
      head={[t('products.rule'), '', ...keys.map((key) => t(`products.${key}`))]}
      rows={rules.map((rule) => [namesOf(rule.lhs, titles, ' + '), namesOf(rule.rhs, titles, ' + '), ...keys.map((key) => rule[key])])}
    />
  )
}

export const namesOf = (items: readonly string[], titles: Titles, plus: string): string =>
  items.map((item) => titles[item] ?? item).join(plus)

const twoDigits = (value: number): string => String(Math.round(value * 100) / 100)
