import { useText } from '#console/i18n/i18n.ts'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Row, Section } from '#console/ui/page.tsx'

/** Orders come by file or from the shop. */
export function Nothing({ title, hint }: { title: string; hint: string }) {
  const { t } = useText()
  return (
    <Section>
      <Empty
        title={title}
        hint={hint}
        action={
          <Row>
            <ButtonLink type="primary" to="/imports/new">
              {t('trade.importOrders')}
            </ButtonLink>
            <ButtonLink to="/integrations">{t('trade.connectShop')}</ButtonLink>
          </Row>
        }
      />
    </Section>
  )
}
