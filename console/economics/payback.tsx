import { useText } from '#console/i18n/i18n.ts'
import type { EconomicsFigures } from '#insight/reports/economics/schema.ts'

export function Payback({ figures }: { figures: EconomicsFigures }) {
  const { t } = useText()
  if (figures.payback === 'no_spend') return <span className="mute">—</span>
  if (figures.paybackDays === null) return <span className="mute">{t('economics.notYet')}</span>
  if (figures.paybackDays === 0) return <span>{t('economics.sameDay')}</span>
  return <span className="figure">{t('economics.paybackDay', { days: figures.paybackDays })}</span>
}

/** 1.4 yuan back for one. */
export const timesText = (value: number | null): string => (value === null ? '—' : value.toFixed(2))
