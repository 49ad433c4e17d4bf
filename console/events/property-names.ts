import { useMay } from '#console/api/session.ts'
import { useTrackingPlan } from '#console/events/queries.ts'
import { textOr } from '#console/i18n/i18n.ts'
import type { PlannedEvent } from '#insight/tracking/schema.ts'

/** How a property of these events is called; `*` is any event. */
export function usePropertyName(events: readonly string[] = ['*']): (name: string) => string {
  const nameIn = usePropertyNames()
  return (name) => nameIn(events, name)
}

/** The same where each line is about another event. Whoever may not see the plan reads the common words. */
export function usePropertyNames(): (events: readonly string[], name: string) => string {
  const may = useMay()('events.read')
  const plan = useTrackingPlan(may).data?.items ?? []
  return (events, name) => propertyName(plan, events, name)
}

/**
 * As the company's tracking plan has it, else as it is commonly called. What the product declares itself is titled in one
 * language, so the common word goes before it.
 */
export function propertyName(plan: readonly PlannedEvent[], events: readonly string[], name: string): string {
  const asked = events.includes('*') ? plan : plan.filter((one) => events.includes(one.name))
  const titleIn = (some: readonly PlannedEvent[]) =>
    some.flatMap(({ plan }) => plan?.properties ?? []).find((one) => one.name === name && one.title !== '')?.title
  return titleIn(asked.filter(({ declaredBy }) => declaredBy === 'company')) ?? textOr(`events.keys.${name}`, titleIn(asked) ?? name)
}
