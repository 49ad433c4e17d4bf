import type { Metric } from '../definition.ts'
import { part, reached } from './pieces.ts'

const sent = part('送达', 'Delivered', { kind: 'flow', events: ['message.sent'] }, { of: 'count' })

/** What becomes of messages. */
export const effectMetrics: readonly Metric[] = [
  {
    key: 'reach_rate',
    zh: '触达率',
    en: 'Reach',
    loop: 'effect',
    unit: 'share',
    better: 'more',
    formula: {
      zh: '送达 ÷ 目标（送达、拦下、未送达的发送）；员工还没确认的不算',
      en: 'delivered ÷ targeted (delivered, suppressed or failed); what employees have not confirmed is left out',
    },
    parts: [
      sent,
      part('拦下', 'Suppressed', { kind: 'flow', events: ['message.suppressed'] }, { of: 'count' }),
      part('未送达', 'Failed', { kind: 'flow', events: ['message.failed'] }, { of: 'count' }),
    ],
    expression: 'A / (A + B + C)',
  },
  {
    key: 'response_rate',
    zh: '回应率',
    en: 'Response',
    loop: 'effect',
    unit: 'share',
    better: 'more',
    formula: {
      zh: '消息送达后 72 小时内自己有过行为的人 ÷ 消息送达的人；还没到 72 小时的不算',
      en: 'persons with an act of their own within 72 hours of a message ÷ persons whom one reached; those that still have time are left out',
    },
    parts: [
      part('有行为的人', 'Acted', reached('matched', { events: 'acts' }), { of: 'persons' }),
      part('送达的人', 'Reached', reached('settled', { events: 'acts' }), { of: 'persons' }),
    ],
    expression: 'A / B',
  },
]
