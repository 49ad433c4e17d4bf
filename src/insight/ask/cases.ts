/** What each question has to become on 2026-03-20. `seg:`, `cha:` and `tag:` stand for the ids of what is called so. */
export const cases: readonly [question: string, report: object, ignored?: string[]][] = [
  ['近30天新增好友趋势', { type: 'metric', metric: 'new_customers', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day' }],
  ['GMV last month by week', { type: 'metric', metric: 'gmv', dateFrom: '2026-02-01', dateTo: '2026-02-28', interval: 'week' }],
  [
    '上周各渠道新增客户',
    {
      type: 'metric',
      metric: 'new_customers',
      dateFrom: '2026-03-09',
      dateTo: '2026-03-15',
      interval: 'day',
      breakdown: { dimension: 'channel' },
    },
  ],
  [
    '本月GMV环比',
    { type: 'metric', metric: 'gmv', dateFrom: '2026-03-01', dateTo: '2026-03-20', interval: 'day', compare: 'previous_period' },
  ],
  [
    '上月销售额同比',
    { type: 'metric', metric: 'paid_amount', dateFrom: '2026-02-01', dateTo: '2026-02-28', interval: 'day', compare: 'previous_year' },
  ],
  [
    'new customers this month vs previous month',
    { type: 'metric', metric: 'new_customers', dateFrom: '2026-03-01', dateTo: '2026-03-20', interval: 'day', compare: 'previous_period' },
  ],
  [
    '扫码→加好友→下单 转化',
    {
      type: 'funnel',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      steps: [{ event: 'live_code.added' }, { event: 'customer.followed' }, { event: 'order.paid' }],
      window: { value: 14, unit: 'day' },
    },
  ],
  [
    'conversion from friend added to order in 7 days',
    {
      type: 'funnel',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      steps: [{ event: 'customer.followed' }, { event: 'order.paid' }],
      window: { value: 7, unit: 'day' },
    },
  ],
  [
    'conversion from scan to add to order within 2 weeks last month',
    {
      type: 'funnel',
      dateFrom: '2026-02-01',
      dateTo: '2026-02-28',
      steps: [{ event: 'live_code.added' }, { event: 'customer.followed' }, { event: 'order.paid' }],
      window: { value: 2, unit: 'week' },
    },
  ],
  [
    '加好友到下单 7天内的转化率',
    {
      type: 'funnel',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      steps: [{ event: 'customer.followed' }, { event: 'order.paid' }],
      window: { value: 7, unit: 'day' },
    },
  ],
  [
    '新客周留存',
    {
      type: 'retention',
      start: { event: 'customer.followed' },
      return: { event: '*' },
      cohort: 'first_time_ever',
      period: 'week',
      from: '2026-01-30',
      intervals: 8,
    },
  ],
  [
    'weekly retention of new customers',
    {
      type: 'retention',
      start: { event: 'customer.followed' },
      return: { event: '*' },
      cohort: 'first_time_ever',
      period: 'week',
      from: '2026-01-30',
      intervals: 8,
    },
  ],
  ['RFM', { type: 'rfm' }],
  ['RFM groups of this year', { type: 'rfm', dateFrom: '2026-01-01', dateTo: '2026-03-20' }],
  ['卖得最好的商品 前10', { type: 'products', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day', limit: 10 }],
  ['top 10 products last quarter', { type: 'products', dateFrom: '2025-10-01', dateTo: '2025-12-31', interval: 'week', limit: 10 }],
  ['哪个渠道回本最快', { type: 'economics', dateFrom: '2025-12-21', dateTo: '2026-03-20' }],
  ['which channel pays back fastest', { type: 'economics', dateFrom: '2025-12-21', dateTo: '2026-03-20' }],
  [
    '沉默用户有多少',
    {
      type: 'segment',
      rule: { and: [{ follow: {} }, { attribute: { property: 'activeAt', op: 'days_ago', value: { gte: 30 } } }] },
      persons: false,
    },
  ],
  [
    '谁是沉默用户',
    {
      type: 'segment',
      rule: { and: [{ follow: {} }, { attribute: { property: 'activeAt', op: 'days_ago', value: { gte: 30 } } }] },
      persons: false,
    },
  ],
  [
    'how many silent customers',
    {
      type: 'segment',
      rule: { and: [{ follow: {} }, { attribute: { property: 'activeAt', op: 'days_ago', value: { gte: 30 } } }] },
      persons: false,
    },
  ],
  ['行为路径', { type: 'paths', dateFrom: '2026-02-19', dateTo: '2026-03-20', node: 'event' }],
  ['加好友之后的路径', { type: 'paths', dateFrom: '2026-02-19', dateTo: '2026-03-20', node: 'event', startPoint: 'customer.followed' }],
  ['paths before order', { type: 'paths', dateFrom: '2026-02-19', dateTo: '2026-03-20', node: 'event', endPoint: 'order.paid' }],
  ['复购', { type: 'repurchase', dateFrom: '2025-09-20', dateTo: '2026-03-20', interval: 'month' }],
  ['repurchase in 2025', { type: 'repurchase', dateFrom: '2025-01-01', dateTo: '2025-12-31', interval: 'month' }],
  ['生命周期', { type: 'lifecycle', dateFrom: '2026-02-19', dateTo: '2026-03-20', event: '*', interval: 'day' }],
  ['customer lifecycle by month', { type: 'lifecycle', dateFrom: '2026-02-19', dateTo: '2026-03-20', event: '*', interval: 'month' }],
  ['复购率趋势', { type: 'metric', metric: 'repurchase_rate', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day' }],
  ['9月订单数', { type: 'metric', metric: 'orders', dateFrom: '2025-09-01', dateTo: '2025-09-30', interval: 'day' }],
  ['2025年9月1日到9月15日的客单价', { type: 'metric', metric: 'aov', dateFrom: '2025-09-01', dateTo: '2025-09-15', interval: 'day' }],
  [
    'average order value in September 2025',
    { type: 'metric', metric: 'order_value', dateFrom: '2025-09-01', dateTo: '2025-09-30', interval: 'day' },
  ],
  [
    'orders by region last 90 days',
    {
      type: 'metric',
      metric: 'orders',
      dateFrom: '2025-12-21',
      dateTo: '2026-03-20',
      interval: 'week',
      breakdown: { dimension: 'region' },
    },
  ],
  [
    '抖音渠道的新增客户',
    {
      type: 'metric',
      metric: 'new_customers',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      interval: 'day',
      breakdown: { dimension: 'channel', limit: 100 },
    },
  ],
  [
    '人群高意向的GMV',
    { type: 'metric', metric: 'gmv', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day', segment: 'seg:高意向' },
  ],
  [
    'GMV of segment 高意向',
    { type: 'metric', metric: 'gmv', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day', segment: 'seg:高意向' },
  ],
  ['标签VIP的客户有多少', { type: 'segment', rule: { and: [{ tag: { any: ['tag:VIP'] } }] }, persons: false }],
  ['抖音渠道的客户有多少', { type: 'segment', rule: { and: [{ follow: { channels: ['cha:抖音'] } }] }, persons: false }],
  [
    '上周谁下单了',
    {
      type: 'segment',
      rule: { and: [{ event: { event: 'order.paid', within: { dateFrom: '2026-03-09', dateTo: '2026-03-15' } } }] },
      persons: false,
    },
  ],
  [
    'who bought last week',
    {
      type: 'segment',
      rule: { and: [{ event: { event: 'order.paid', within: { dateFrom: '2026-03-09', dateTo: '2026-03-15' } } }] },
      persons: false,
    },
  ],
  ['没下单的客户有多少', { type: 'segment', rule: { and: [{ orders: { count: { eq: 0 } } }] }, persons: false }],
  ['买过3次以上的客户', { type: 'segment', rule: { and: [{ orders: { count: { gte: 3 } } }] }, persons: false }],
  ['90天没买的客户名单', { type: 'segment', rule: { and: [{ orders: { lastDaysAgo: { gte: 90 } } }] }, persons: false }],
  ['重要挽留客户有多少', { type: 'segment', rule: { and: [{ rfm: { groups: ['重要挽留'] } }] }, persons: false }],
  [
    '近三个月各员工的企微添加数',
    {
      type: 'metric',
      metric: 'wecom_adds',
      dateFrom: '2025-12-21',
      dateTo: '2026-03-20',
      interval: 'week',
      breakdown: { dimension: 'employee' },
    },
  ],
  ['今年每月退款率', { type: 'metric', metric: 'refund_rate', dateFrom: '2026-01-01', dateTo: '2026-03-20', interval: 'month' }],
  [
    '成交额 本周 和上周比',
    { type: 'metric', metric: 'gmv', dateFrom: '2026-03-16', dateTo: '2026-03-20', interval: 'day', compare: 'previous_period' },
  ],
  [
    'daily visitors in the last two weeks',
    { type: 'metric', metric: 'landing_uv', dateFrom: '2026-03-07', dateTo: '2026-03-20', interval: 'day' },
  ],
  ['how many orders yesterday', { type: 'metric', metric: 'orders', dateFrom: '2026-03-19', dateTo: '2026-03-19', interval: 'day' }],
  [
    '昨天多少人下单',
    { type: 'trend', dateFrom: '2026-03-19', dateTo: '2026-03-19', interval: 'day', series: [{ event: 'order.paid', measure: 'persons' }] },
  ],
  [
    '进群人数按周',
    {
      type: 'trend',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      interval: 'week',
      series: [{ event: 'group.joined', measure: 'persons' }],
    },
  ],
  [
    '浏览页面 人数 近7天',
    {
      type: 'trend',
      dateFrom: '2026-03-14',
      dateTo: '2026-03-20',
      interval: 'day',
      series: [{ event: 'page.viewed', measure: 'persons' }],
    },
  ],
  ['GMV 和 订单数 本月', { type: 'metric', metric: 'gmv', dateFrom: '2026-03-01', dateTo: '2026-03-20', interval: 'day' }, ['订单数']],
  ['龙井的销量', { type: 'products', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day', product: 'TEA', sort: 'quantity' }],
  ['龙井商品排行', { type: 'products', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day', product: 'TEA' }],
  ['最近半年复购周期', { type: 'metric', metric: 'repurchase_cycle', dateFrom: '2025-09-21', dateTo: '2026-03-20', interval: 'week' }],
  [
    'churned customers this year by month',
    { type: 'metric', metric: 'churned_customers', dateFrom: '2026-01-01', dateTo: '2026-03-20', interval: 'month' },
  ],
  ['waste last month', { type: 'waste', dateFrom: '2026-02-01', dateTo: '2026-02-28' }],
  ['公私域 近90天', { type: 'balance', dateFrom: '2025-12-21', dateTo: '2026-03-20', interval: 'week' }],
  ['高价值客户 前20', { type: 'high_value', limit: 20 }],
  ['quadrant', { type: 'quadrant' }],
  ['客户分层', { type: 'layers' }],
  ['哪些商品一起买', { type: 'basket', dateFrom: '2026-02-19', dateTo: '2026-03-20' }],
  [
    'attribution of last 60 days',
    {
      type: 'attribution',
      dateFrom: '2026-01-20',
      dateTo: '2026-03-20',
      conversion: { event: 'order.paid', value: 'amount' },
      touchpoint: { event: 'page.viewed', property: 'source' },
    },
  ],
  ['热门页面 上周', { type: 'pages', dateFrom: '2026-03-09', dateTo: '2026-03-15', by: 'page', interval: 'day' }],
  ['活跃天数 本月', { type: 'stickiness', dateFrom: '2026-03-01', dateTo: '2026-03-20', event: '*', interval: 'day' }],
  [
    '下单留存 按月',
    {
      type: 'retention',
      start: { event: 'order.paid' },
      return: { event: '*' },
      cohort: 'first_time_ever',
      period: 'month',
      from: '2025-10-21',
      intervals: 6,
    },
  ],
  [
    'retention from order to order monthly',
    {
      type: 'retention',
      start: { event: 'order.paid' },
      return: { event: 'order.paid' },
      cohort: 'first_time_ever',
      period: 'month',
      from: '2025-10-21',
      intervals: 6,
    },
  ],
  [
    '各标签的下单人数',
    { type: 'metric', metric: 'buyers', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day', breakdown: { dimension: 'tag' } },
  ],
  [
    'GMV by tag',
    { type: 'metric', metric: 'gmv', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day', breakdown: { dimension: 'tag' } },
  ],
  [
    '按城市看新增客户',
    {
      type: 'metric',
      metric: 'new_customers',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      interval: 'day',
      breakdown: { dimension: 'attribute:city' },
    },
  ],
  [
    '支付金额 前5 按地区',
    {
      type: 'metric',
      metric: 'paid_amount',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      interval: 'day',
      breakdown: { dimension: 'region', limit: 5 },
    },
  ],
  ['Top ten best sellers', { type: 'products', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day', limit: 10 }],
  [
    'how many people joined a group in the last 7 days',
    {
      type: 'trend',
      dateFrom: '2026-03-14',
      dateTo: '2026-03-20',
      interval: 'day',
      series: [{ event: 'group.joined', measure: 'persons' }],
    },
  ],
  [
    '昨天下单的客户',
    {
      type: 'segment',
      rule: { and: [{ event: { event: 'order.paid', within: { dateFrom: '2026-03-19', dateTo: '2026-03-19' } } }] },
      persons: false,
    },
  ],
  [
    '龙井的购买人数 本月',
    { type: 'products', dateFrom: '2026-03-01', dateTo: '2026-03-20', interval: 'day', product: 'TEA', sort: 'buyers' },
  ],
  [
    '各商品的销量',
    { type: 'metric', metric: 'items', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day', breakdown: { dimension: 'product' } },
  ],
  ['进群的人 近7天', { type: 'metric', metric: 'group_joins', dateFrom: '2026-03-14', dateTo: '2026-03-20', interval: 'day' }],
  [
    '加好友→下单 转化 同比',
    {
      type: 'funnel',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      steps: [{ event: 'customer.followed' }, { event: 'order.paid' }],
      window: { value: 14, unit: 'day' },
    },
    ['同比'],
  ],
  [
    '昨天下单的客户趋势',
    { type: 'trend', dateFrom: '2026-03-19', dateTo: '2026-03-19', interval: 'day', series: [{ event: 'order.paid', measure: 'persons' }] },
  ],
  [
    '扫码人数',
    {
      type: 'trend',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      interval: 'day',
      series: [{ event: 'live_code.added', measure: 'persons' }],
    },
  ],
  ['客户数', { type: 'metric', metric: 'existing_customers', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day' }],
  ['买过龙井的客户', { type: 'segment', rule: { and: [{ orders: { count: { gte: 1 }, products: ['TEA'] } }] }, persons: false }],
  [
    'how many customers bought 龙井',
    { type: 'segment', rule: { and: [{ orders: { count: { gte: 1 }, products: ['TEA'] } }] }, persons: false },
  ],
  [
    '上周买过龙井的客户',
    {
      type: 'segment',
      rule: { and: [{ orders: { count: { gte: 1 }, products: ['TEA'], within: { dateFrom: '2026-03-09', dateTo: '2026-03-15' } } }] },
      persons: false,
    },
  ],
  [
    '上周没下单的抖音客户',
    {
      type: 'segment',
      rule: {
        and: [
          { orders: { count: { eq: 0 }, within: { dateFrom: '2026-03-09', dateTo: '2026-03-15' } } },
          { follow: { channels: ['cha:抖音'] } },
        ],
      },
      persons: false,
    },
  ],
  [
    '上周抖音渠道下单的人数',
    {
      type: 'segment',
      rule: {
        and: [
          { event: { event: 'order.paid', within: { dateFrom: '2026-03-09', dateTo: '2026-03-15' } } },
          { follow: { channels: ['cha:抖音'] } },
        ],
      },
      persons: false,
    },
  ],
  [
    '抖音渠道的沉默用户有多少',
    {
      type: 'segment',
      rule: {
        and: [
          { follow: {} },
          { attribute: { property: 'activeAt', op: 'days_ago', value: { gte: 30 } } },
          { follow: { channels: ['cha:抖音'] } },
        ],
      },
      persons: false,
    },
  ],
  [
    '扫码→加好友→下单 转化 近7天',
    {
      type: 'funnel',
      dateFrom: '2026-03-14',
      dateTo: '2026-03-20',
      steps: [{ event: 'live_code.added' }, { event: 'customer.followed' }, { event: 'order.paid' }],
      window: { value: 14, unit: 'day' },
    },
  ],
  ['今年一季度GMV', { type: 'metric', metric: 'gmv', dateFrom: '2026-01-01', dateTo: '2026-03-20', interval: 'week' }],
  ['GMV since February', { type: 'metric', metric: 'gmv', dateFrom: '2026-02-01', dateTo: '2026-03-20', interval: 'day' }],
  ['2月15日以来的GMV', { type: 'metric', metric: 'gmv', dateFrom: '2026-02-15', dateTo: '2026-03-20', interval: 'day' }],
  ['GMV from March 1 to March 10', { type: 'metric', metric: 'gmv', dateFrom: '2026-03-01', dateTo: '2026-03-10', interval: 'day' }],
  ['去年下半年的订单数 按月', { type: 'metric', metric: 'orders', dateFrom: '2025-07-01', dateTo: '2025-12-31', interval: 'month' }],
  [
    '从浏览到下单要多久',
    { type: 'interval', dateFrom: '2026-02-19', dateTo: '2026-03-20', start: { event: 'page.viewed' }, end: { event: 'order.paid' } },
  ],
  [
    'top 5 channels by new customers',
    {
      type: 'metric',
      metric: 'new_customers',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      interval: 'day',
      breakdown: { dimension: 'channel', limit: 5 },
    },
  ],
  ['退款最多的商品', { type: 'products', dateFrom: '2026-02-19', dateTo: '2026-03-20', interval: 'day', sort: 'refunded' }],
  [
    '加好友后没下单的客户',
    { type: 'segment', rule: { and: [{ event: { event: 'customer.followed' } }, { orders: { count: { eq: 0 } } }] }, persons: false },
  ],
  [
    '新客留存 今年 按月',
    {
      type: 'retention',
      start: { event: 'customer.followed' },
      return: { event: '*' },
      cohort: 'first_time_ever',
      period: 'month',
      from: '2026-01-01',
      intervals: 3,
    },
  ],
  [
    '不含抖音的GMV',
    {
      type: 'metric',
      metric: 'gmv',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      interval: 'day',
      people: { and: [{ not: { follow: { channels: ['cha:抖音'] } } }] },
    },
  ],
  [
    '漏斗 抖音渠道 加好友→下单',
    {
      type: 'funnel',
      dateFrom: '2026-02-19',
      dateTo: '2026-03-20',
      steps: [{ event: 'customer.followed' }, { event: 'order.paid' }],
      window: { value: 14, unit: 'day' },
      people: { and: [{ follow: { channels: ['cha:抖音'] } }] },
    },
  ],
]

/** Questions that must not be answered by something else. */
export const refused: readonly [question: string, code: string][] = [
  ['去年同期', 'question.not_understood'],
  ['spend by shop', 'question.dimension_not_possible'],
  ['9月和10月的GMV', 'question.dates_many'],
  ['今天天气怎么样', 'question.not_understood'],
  ['龙井', 'question.not_understood'],
  ['抖音和VIP的新增客户', 'question.filter_not_possible'],
  ['新客周留存 前3', 'question.number_unused'],
  ['客单价大于100的客户', 'question.number_unused'],
  ['7日留存', 'question.number_unused'],
  ['下个月GMV', 'question.dates_future'],
  ['orders tomorrow', 'question.dates_future'],
  ['2027年GMV', 'question.not_understood'],
  ['新客留存 2020年到2025年 按天', 'report.invalid'],
  ['加好友的转化', 'question.steps_missing'],
]
