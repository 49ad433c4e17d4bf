import type { WaitingMetric } from '../definition.ts'

type Source = WaitingMetric['waitsFor']

const source = (zh: string, en: string, at: Source['at']): Source => ({ zh, en, at })

const waiting = (
  key: string,
  zh: string,
  en: string,
  loop: WaitingMetric['loop'],
  formula: WaitingMetric['formula'],
  waitsFor: Source,
): WaitingMetric => ({ key, zh, en, loop, formula, waitsFor })

/** What the dictionary knows and nothing feeds yet. */
export const waitingMetrics: readonly WaitingMetric[] = [
  waiting(
    'add_rate',
    '企微添加率',
    'Add rate',
    'growth',
    { zh: '添加的人 ÷ 看到活码的人', en: 'persons who added ÷ persons who saw a code' },
    source('看到活码的是谁', 'who it was that saw a code', 'feature'),
  ),
  waiting(
    'margin_roi',
    '毛利投入产出比',
    'Return on spend by margin',
    'growth',
    { zh: '归因毛利 ÷ 花费', en: 'attributed gross margin ÷ spend' },
    source('商品成本', 'product costs', 'imports'),
  ),
  waiting(
    'payback_days',
    '回本天数',
    'Payback days',
    'growth',
    { zh: '累计毛利首次达到花费的天数', en: 'first day on which cumulative margin reaches spend' },
    source('商品成本', 'product costs', 'imports'),
  ),
  waiting(
    'group_conversion_rate',
    '社群转化率',
    'Group conversion',
    'operation',
    { zh: '有归因订单的群成员 ÷ 群成员', en: 'members with an attributed order ÷ members' },
    source('社群归因', 'attribution of groups', 'feature'),
  ),
  waiting('budget', '投入预算', 'Budget', 'conversion', { zh: '计划花费', en: 'planned spend' }, source('预算', 'budgets', 'feature')),
  waiting(
    'trial_conversion_rate',
    '体验课转化率',
    'Trial conversion',
    'conversion',
    { zh: '有体验订单的人 ÷ 被邀约的人', en: 'persons with a trial order ÷ persons offered' },
    source('体验课的邀约事件', 'events of trials offered', 'events'),
  ),
  waiting(
    'loss_reason_share',
    '流失因素占比',
    'Loss reasons',
    'conversion',
    { zh: '某原因 ÷ 全部', en: 'one reason ÷ all' },
    source('商机', 'deals', 'feature'),
  ),
  waiting(
    'points_roi',
    '积分投入产出比',
    'Return on points',
    'conversion',
    { zh: '兑换者归因毛利 ÷ 积分成本', en: 'attributed margin of redeemers ÷ cost of points' },
    source('积分', 'points', 'feature'),
  ),
  waiting(
    'contribution_rate',
    '贡献率',
    'Contribution',
    'effect',
    { zh: '归因支付金额 ÷ 全部支付金额', en: 'attributed paid amount ÷ all paid amount' },
    source('消息归因', 'attribution of messages', 'feature'),
  ),
  waiting(
    'lift',
    '增量',
    'Lift',
    'effect',
    { zh: '实验组 − 对照组', en: 'treatment − control' },
    source('实验报表里逐个实验的增量', 'the read-out of each experiment', 'feature'),
  ),
]
