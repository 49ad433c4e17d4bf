import { z } from 'zod'

const Words = z.object({ zh: z.string(), en: z.string() })
export type Words = z.infer<typeof Words>

export const mostLetters = 200

export const AskBody = z.strictObject({
  question: z.string().trim().min(1, 'Ask something.').max(mostLetters, `A question has at most ${mostLetters} letters.`),
})

export const Asked = z.object({
  /** A report document, as it can be run, changed and saved. */
  report: z.record(z.string(), z.unknown()),
  /** Which words were taken for what, in their order. */
  understood: z.array(z.object({ text: z.string(), as: Words })),
  /** What the question did not say and the report has to. */
  assumed: z.array(Words),
  /** Words that changed nothing. */
  ignored: z.array(z.string()),
  /** What the same words may mean as well. */
  alternatives: z.array(z.object({ as: Words, report: z.record(z.string(), z.unknown()) })).optional(),
})
export type Asked = z.infer<typeof Asked>

const Reading = z.object({ as: Words, report: z.record(z.string(), z.unknown()).optional() })
export type Reading = z.infer<typeof Reading>

/** What a refused question may mean, in the details of the refusal: of a name that several have, whom or what it may be. */
export const Choices = z.object({ choices: z.array(Reading) })

/** One of each kind of question, for whoever asks for the first time and for whoever was not understood. */
export const examples = {
  zh: [
    '近30天新增客户趋势',
    '上周各渠道新增客户',
    '本月GMV同比',
    '加好友→下单 7天内的转化',
    '新客周留存',
    '卖得最好的商品前10',
    '哪个渠道回本最快',
    '沉默用户有多少',
    '上周没下单的客户',
    '女客户本月的GMV',
  ],
  en: [
    'new customers in the last 30 days',
    'new customers by channel last week',
    'GMV this month vs last year',
    'conversion from friend added to order in 7 days',
    'weekly retention of new customers',
    'top 10 products',
    'which channel pays back fastest',
    'how many silent customers',
    'customers who did not buy last week',
    'GMV of female customers this month',
  ],
}
