import type { Layout } from './schema.ts'

export type BuiltIn = { id: string; zh: string; en: string; note: { zh: string; en: string }; key: string; supporting: readonly string[] }

/** The one that employees of the front have: numbers of their own customers. */
export const employeeBoard: BuiltIn = {
  id: 'employee',
  zh: '员工看板',
  en: 'Employee',
  note: { zh: '我的客户今天怎么样', en: 'How my customers are today' },
  key: 'active_customers_7',
  supporting: ['wecom_adds', 'buyers', 'paid_amount', 'silent_customers', 'churned_customers'],
}

/** One key number and at most five that explain it, for each role; more on one screen are steered by nobody. */
export const builtInBoards: readonly BuiltIn[] = [
  {
    id: 'decision-maker',
    zh: '决策者看板',
    en: 'Decision maker',
    note: { zh: '私域值多少，什么时候回本', en: 'What the private domain is worth' },
    key: 'net_amount',
    supporting: ['valid_customers', 'new_customers', 'repurchase_rate', 'aov', 'roi'],
  },
  {
    id: 'operator',
    zh: '运营看板',
    en: 'Operator',
    note: { zh: '哪一步在漏，先补哪里', en: 'Which step leaks' },
    key: 'valid_customers',
    supporting: ['net_adds', 'first_act_rate', 'active_rate', 'add_to_order_rate', 'silent_customers'],
  },
  employeeBoard,
]

export const layoutOf = ({ key, supporting }: BuiltIn): Layout => ({
  days: 30,
  cards: [
    { kind: 'metric', metric: key, size: 'wide' },
    ...supporting.map((metric) => ({ kind: 'metric' as const, metric, size: 'small' as const })),
    { kind: 'loop', size: 'full' },
  ],
})
