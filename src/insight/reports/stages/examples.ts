const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-31' }

const rules = {
  see: { events: [{ event: 'page.viewed' }] },
  follow: { events: [{ event: 'customer.followed' }], until: [{ event: 'customer.unfollowed' }] },
  interest: { events: [{ event: 'product.viewed' }], after: 'follow', holdsDays: 10 },
  deal: { events: [{ event: 'order.paid' }] },
  retain: { events: [{ event: 'page.viewed' }, { event: 'order.paid' }], after: 'deal', afterDays: 3, holdsDays: 30 },
  active: { events: [{ event: 'page.viewed' }], times: 3, withinDays: 14, after: 'deal' },
  refer: { events: [{ event: 'page.shared' }] },
}

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'stages', ...dates },
  { type: 'stages', ...dates, rules, touchpoints: [{ stage: 'see', name: '落地页', event: 'page.viewed', where: { source: 'ad' } }] },
  { type: 'stages', ...dates, rules, persons: { stage: 'deal', of: 'stuck' } },
  { type: 'stages', ...dates, rules, persons: { from: 'none', to: 'deal' } },
]
