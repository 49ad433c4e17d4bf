import { useText } from '#console/i18n/i18n.ts'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { HeatmapResult } from '#insight/reports/heatmap/schema.ts'

type Element = HeatmapResult['elements'][number]

/** The most clicked elements; pointing at one shows it on the page. */
export function Elements(props: {
  elements: Element[]
  marked: string | undefined
  onMark: (selector: string | undefined) => void
  onPeople: (element: Element) => void
}) {
  const { t } = useText()
  return (
    <Section flush title={t('pages.elements')} note={t('pages.elementsNote')}>
      {props.elements.length === 0 ? (
        <p className="note sheet-note">{t('pages.noElements')}</p>
      ) : (
        <PlainScroll className="tall">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{t('pages.element')}</th>
                <th scope="col" className="right">
                  {t('pages.clicks')}
                </th>
                <th scope="col" className="right">
                  {t('pages.clickers')}
                </th>
                <th scope="col" className="right">
                  {t('pages.share')}
                </th>
              </tr>
            </thead>
            <tbody>
              {props.elements.map((element) => (
                <tr
                  key={element.selector}
                  className={props.marked === element.selector ? 'marked' : ''}
                  onMouseEnter={() => props.onMark(element.selector)}
                  onMouseLeave={() => props.onMark(undefined)}
                >
                  <th scope="row" className="wrap">
                    <span title={element.selector}>{element.text || <code>{element.selector}</code>}</span>
                  </th>
                  <td className="right figure">{exactNumber(element.clicks)}</td>
                  <td className="right figure">
                    <button
                      type="button"
                      className="number-button"
                      onFocus={() => props.onMark(element.selector)}
                      onBlur={() => props.onMark(undefined)}
                      onClick={() => props.onPeople(element)}
                    >
                      {exactNumber(element.clickers)}
                    </button>
                  </td>
                  <td className="right figure">{percent(element.share, 1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </PlainScroll>
      )}
    </Section>
  )
}
