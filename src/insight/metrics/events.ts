import { z } from 'zod'
import { defineEvent } from '#platform/events/catalogue.ts'

/** A metric crossed a bound or changed too much in a period that is over. Once an alert and period. */
export const metricAlerted = defineEvent('metric.alerted', {
  title: { zh: '指标预警', en: 'Metric alert' },
  properties: z.object({
    metric: z.string(),
    metricName: z.string(),
    rule: z.string(),
    bound: z.number(),
    period: z.string(),
    periodStart: z.string(),
    value: z.number().nullable(),
    before: z.number().nullable(),
  }),
})
