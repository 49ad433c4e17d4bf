import { useText } from '#console/i18n/i18n.ts'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Section } from '#console/ui/page.tsx'

/** Orders come by file or from the shop. */
export function NoBuyers() {
  const { t } = useText()
  return (
    <Section>
      <Empty
        title={t('value.noBuyers')}
        hint={t('value.noBuyersHint')}
        action={
          <ButtonLink type="primary" to="/imports/new">
            {t('value.importOrders')}
          </ButtonLink>
        }
      />
    </Section>
  )
}
