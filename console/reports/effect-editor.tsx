import { useText } from '#console/i18n/i18n.ts'
import { matcherOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, CurrencyField, DatesField, Field, More, WholeField } from '#console/reports/fields.tsx'
import { MatcherEditor } from '#console/reports/matcher-list.tsx'

/** What touched people, what counts as a visit, and for how long each of them is followed. */
export function EffectEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  const visit = document.visit === undefined ? undefined : matcherOf(document.visit)
  const hours = { ...props, most: 8760, unit: t('reports.units.hour') }
  return (
    <>
      <DatesField {...props} />
      <Field name={t('reports.touchedBy')} hint={t('reports.touchHint')}>
        <div className="matcher">
          <MatcherEditor label={t('reports.touchedBy')} value={matcherOf(document.touch)} onChange={(touch) => onChange({ touch })} />
        </div>
      </Field>
      <ChoiceField
        name={t('reports.visit')}
        value={visit ? 'event' : 'own'}
        options={(['own', 'event'] as const).map((value) => ({ value, label: t(`reports.visitKinds.${value}`) }))}
        onChange={(value) => onChange({ visit: value === 'own' ? undefined : { event: 'page.viewed' } })}
      />
      {visit && (
        <Field name={t('reports.visitEvent')}>
          <div className="matcher">
            <MatcherEditor label={t('reports.visitEvent')} value={visit} onChange={(next) => onChange({ visit: next })} />
          </div>
        </Field>
      )}
      <WholeField {...hours} field="visitHours" name={t('reports.visitHours')} usual={24} />
      <WholeField {...hours} field="buyHours" name={t('reports.buyHours')} usual={168} />
      <More document={document} fields={['leaveHours', 'currency']}>
        <WholeField {...hours} field="leaveHours" name={t('reports.leaveHours')} usual={24} />
        <CurrencyField {...props} />
      </More>
    </>
  )
}
