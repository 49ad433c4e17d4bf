import { metricCatalogue } from '../reports/metric/catalogue.ts'
import type { Metric } from '../reports/metric/definition.ts'
import { rfmGroups } from '../reports/rfm/rfm.ts'
import type { Kind, Meaning, MeaningOf } from './meanings.ts'
import type { Words } from './schema.ts'

export type Entry = readonly [word: string, meaning: Meaning]

const all = (words: string, meaning: Meaning): Entry[] => words.split('|').map((word) => [word, meaning])

/** How metrics are called beside their own names and keys. */
const metricWords: Record<string, string> = {
  gmv: '成交了多少|成交多少|成交了多少钱|卖了多少钱|成交总额|成交额|交易额|销售总额|total sales|gross merchandise value',
  paid_amount: '销售额|营业额|营收|收入|实付金额|付款金额|流水|revenue|sales|turnover|sales amount|sell|sold',
  net_amount: '净销售额|净收入|实收|net sales|net revenue',
  refunded_amount: '退款额|退款|refunds|refund amount',
  refund_rate: '退款率|refund rate',
  refund_order_rate: '退单率',
  orders: '成交了多少|成交多少|订单|订单量|成交订单|单量|order count|number of orders',
  order_value: '单均|average order value|value per order',
  buyers: '购买人数|成交人数|买家数|付款人数|买家|成交客户数|customers who bought',
  new_buyers: '首购|首单人数|新买家|first-time buyers|first time buyers',
  new_buyer_share: '新买家占比',
  aov: 'arpu|人均消费|spend per buyer|revenue per buyer',
  upt: '件单|items per order',
  items: '销量|卖出件数|items sold|units sold',
  repurchase_rate: '复购比例|repeat purchase rate|repeat rate',
  repurchase_cycle: '复购周期|回购间隔|repeat purchase cycle',
  new_customers: '新增客户数|新客户|新客|新客数|新增好友|新增好友数|新增用户|新好友|新增人数|new customer|new friends',
  wecom_adds: '加粉数|添加数|加好友数|好友添加数|加了多少好友|加了多少人|加了多少客户|添加了多少好友|加粉|friends added|adds',
  net_adds: '净增客户|净增好友|net new friends',
  deleted_by_customer: '被删|删除我们的客户',
  existing_customers: '客户总数|现有客户|好友总数|客户数|customers|number of customers',
  churned_customers: '流失客户|流失用户|流失人数|流失|churn|lost customers|churned',
  silent_customers: '沉默|沉默的|silent|dormant|inactive|沉默用户|沉默客户|silent users|dormant customers|inactive customers',
  active_rate: '客户活跃率|activity rate',
  landing_pv: '浏览量|页面浏览量|pv|pageviews',
  landing_uv: '访客|访客数|uv|visitors|unique visitors',
  spend: '投放花费|广告花费|投放费用|成本|ad spend|cost',
  cac: '单客成本|customer acquisition cost|acquisition cost',
  cost_per_add: '加好友成本|单粉成本',
  roi: '投产比|回报率|roas',
  group_joins: '入群|新增群成员',
  group_members: '群成员数|群人数|people in groups',
  group_messages: '群消息数|群聊消息|messages in groups',
  checkins: '打卡',
  shares: '分享数',
  code_views: '活码打开次数|扫码数|扫码次数|scans|code scans',
  tagged_customers: '打标人数',
}

/** What somebody does who is counted there: 新客到下单 are two events. */
const eventOfMetric: Record<string, string> = {
  new_customers: 'customer.followed',
  wecom_adds: 'customer.followed',
  orders: 'order.paid',
  buyers: 'order.paid',
  new_buyers: 'order.paid',
  landing_pv: 'page.viewed',
  landing_uv: 'page.viewed',
  group_joins: 'group.joined',
  refunded_amount: 'order.refunded',
}

export const metricMeaning = (metric: Metric): Meaning => ({
  is: 'metric',
  metric,
  as: { zh: `指标「${metric.zh}」`, en: `the metric “${metric.en}”` },
})

export const eventMeaning = (event: string, { zh, en }: Words): Meaning => ({
  is: 'event',
  event,
  as: { zh: `事件「${zh}」`, en: `the event “${en}”` },
})

/** A metric's words are read as the event behind it where a question is about steps. */
export const metricEntries = (titles: ReadonlyMap<string, Words>): Entry[] =>
  metricCatalogue.flatMap((metric) => {
    const { key, zh, en } = metric
    const words = [zh, en, key, key.replaceAll('_', ' '), ...(metricWords[key]?.split('|') ?? [])]
    const event = eventOfMetric[key]
    const title = event && titles.get(event)
    return words.flatMap((word): Entry[] => [
      [word, metricMeaning(metric)],
      ...(event && title ? [[word, eventMeaning(event, title)] as const] : []),
    ])
  })

/** How people call events beside their titles. */
const eventWords: Record<string, string> = {
  'customer.followed':
    '加好友|添加好友|加微信|加企微|添加企微|加粉|成为好友|friend added|adding a friend|add friend|added as friend|becoming a friend|added|adding|add|friend',
  'customer.unfollowed': '删好友|删除好友|解除好友|unfriend|friend removed',
  'order.paid': '下单|成交|购买|付款|支付|买|order|purchase|paying|buying|bought|buy|payment|ordered|ordering|paid',
  'order.refunded': '退款|退货|refund|refunded',
  'page.viewed': '浏览|浏览页面|访问|看页面|打开页面|page view|visit|viewing a page|visiting',
  'page.clicked': '点击|点击页面|click',
  // Who only opens a code has no name yet, so a question about people means those who came through it.
  'live_code.added': '扫码|扫码添加|通过活码添加|扫活码|scan|scanning|scanned',
  'live_code.viewed': '扫码|扫活码|打开活码|code opened|scan|scanning|scanned',
  'group.joined': '进群|入群|加群|joining a group|join a group|join group|joined a group',
  'group.left': '退群|leaving a group|leave a group',
  'customer.tagged': '打标签|打标|tagging|tagged',
  'group_message.sent': '群里发言|群发言|saying something in a group',
}

export const eventEntries = (titles: ReadonlyMap<string, Words>): Entry[] => [
  ...Object.entries(eventWords).flatMap(([event, words]) => {
    const title = titles.get(event)
    return title ? all(words, eventMeaning(event, title)) : []
  }),
  ...[...titles].flatMap(([event, title]): Entry[] => [title.zh, title.en, event].map((word) => [word, eventMeaning(event, title)])),
]

const kindWords: Record<Kind, readonly [Words, string]> = {
  funnel: [{ zh: '漏斗', en: 'a funnel' }, '漏斗|转化|转化率|转化漏斗|转化情况|funnel|conversion|conversion rate|convert|converted'],
  retention: [{ zh: '留存', en: 'retention' }, '留存|留存率|留下来|retention|retention rate|retained|come back|coming back'],
  rfm: [{ zh: 'RFM 分层', en: 'RFM groups' }, 'rfm|rfm分层|rfm 分层|rfm分群|rfm模型|rfm groups|rfm analysis|rfm segments'],
  products: [
    { zh: '商品排行', en: 'products by rank' },
    '卖得最好的商品|卖的最好的商品|卖得最好的产品|最好卖的商品|畅销商品|热销商品|热卖商品|爆款|商品排行|商品排名|商品销量排行|哪些商品卖得最好|哪个商品卖得最好|什么商品卖得最好|什么卖得最好|什么好卖|商品|products|product ranking|best selling products|best-selling products|best sellers|bestsellers|which products sell best|what sells best|best selling product',
  ],
  economics: [
    { zh: '渠道经济（花费、收入、回本）', en: 'what channels cost and bring' },
    '渠道回本|渠道经济|渠道排名|渠道排行|哪个渠道回本最快|哪个渠道最快回本|哪些渠道回本最快|渠道回本天数|回本最快的渠道|回本|哪个渠道最赚钱|哪个渠道最好|渠道效果|渠道投产|channel ranking|channel economics|channel payback|which channel pays back fastest|which channel pays back first|best channels|best channel|payback by channel|payback|which channel is best',
  ],
  paths: [{ zh: '路径', en: 'paths' }, '路径|行为路径|客户路径|用户路径|怎么走|paths|path|user paths|customer paths|user journey paths'],
  pages: [{ zh: '页面', en: 'pages' }, '页面|热门页面|页面排行|看得最多的页面|pages|top pages|most viewed pages|popular pages'],
  repurchase: [
    { zh: '复购', en: 'buying again' },
    '复购|复购情况|复购分析|回购|多久复购|多久再买|repurchase|repurchases|buying again|buy again|repeat purchases|repeat purchase',
  ],
  lifecycle: [{ zh: '生命周期', en: 'the life cycle' }, '生命周期|新增回流流失|lifecycle|life cycle|customer lifecycle'],
  stickiness: [{ zh: '活跃天数', en: 'stickiness' }, '活跃天数|粘性|黏性|stickiness|active days'],
  trade: [
    { zh: '交易概况', en: 'trade' },
    '交易概况|交易|销售概况|经营概况|交易报表|销售报表|trade|sales overview|trade overview|sales report',
  ],
  basket: [
    { zh: '一起购买', en: 'bought together' },
    '一起购买|一起买|连带购买|购物篮|哪些商品一起买|哪些商品常一起买|basket|market basket|bought together|products bought together',
  ],
  interval: [{ zh: '间隔', en: 'the time between' }, '多久|要多久|多长时间|间隔|隔多久|how long|time between|time from|interval'],
  cohort_revenue: [{ zh: '群组贡献', en: 'revenue of cohorts' }, '群组贡献|同期群收入|cohort revenue|revenue by cohort'],
  attribution: [{ zh: '归因', en: 'attribution' }, '归因|订单归因|渠道归因|attribution|order attribution'],
  stages: [{ zh: '旅程阶段', en: 'stages' }, '旅程阶段|客户阶段|客户旅程|stages|journey stages|customer journey'],
  layers: [{ zh: '客户分层', en: 'layers of customers' }, '客户分层|分层|用户分层|用户金字塔|customer layers|layers'],
  quadrant: [{ zh: '频次 × 客单价', en: 'frequency × ticket' }, '四象限|频次客单价|频次和客单价|quadrant|quadrants|frequency and ticket'],
  high_value: [
    { zh: '高价值客户', en: 'high-value customers' },
    '高价值客户|高价值用户|最有价值的客户|high value customers|high-value customers|most valuable customers|best customers|top customers',
  ],
  waste: [{ zh: '浪费清单', en: 'the waste list' }, '浪费|浪费清单|白花的钱|哪些钱白花了|waste|wasted spend'],
  balance: [{ zh: '公私域', en: 'public and private domain' }, '公私域|公域和私域|公域私域|public and private|public vs private'],
  north_star: [{ zh: '北极星候选', en: 'north star candidates' }, '北极星|北极星指标|north star|north star metric'],
}

const dimensionWords: Record<string, readonly [Words, zh: string, en: string]> = {
  channel: [{ zh: '按渠道拆分', en: 'by channel' }, '渠道', 'channel|channels'],
  employee: [{ zh: '按员工拆分', en: 'by employee' }, '员工|销售|导购|顾问|跟进人', 'employee|employees|salesperson|staff|rep'],
  tag: [{ zh: '按标签拆分', en: 'by tag' }, '标签', 'tag|tags'],
  shop: [{ zh: '按店铺拆分', en: 'by shop' }, '店铺|门店', 'shop|shops|store|stores'],
  region: [{ zh: '按地区拆分', en: 'by region' }, '地区|地域|省份|区域', 'region|regions|province'],
  group: [{ zh: '按社群拆分', en: 'by group' }, '社群|客户群|群', 'group|groups'],
  addWay: [{ zh: '按添加方式拆分', en: 'by way of adding' }, '添加方式|加好友方式', 'add way|way of adding|way added'],
  source: [{ zh: '按来源拆分', en: 'by source' }, '来源', 'source|sources'],
  page: [{ zh: '按页面拆分', en: 'by page' }, '页面', 'page|pages'],
  product: [{ zh: '按商品拆分', en: 'by product' }, '商品|产品', 'product|products'],
}

/** Said alone these divide as well. */
const bare: Record<string, string[]> = { channel: ['渠道', 'channels'], employee: ['员工'] }

function dimensionEntries(): Entry[] {
  return Object.entries(dimensionWords).flatMap(([dimension, [as, zh, en]]) => {
    const meaning: Meaning = { is: 'dimension', dimension, as }
    const before = ['各', '各个', '每个', '按', '分', '不同', '哪个', '哪些', '按各', '哪一个']
    const words = [
      ...zh.split('|').flatMap((noun) => [...before.map((one) => one + noun), `按${noun}拆分`, `分${noun}看`]),
      ...en
        .split('|')
        .flatMap((noun) => ['by', 'per', 'each', 'which', 'for each', 'split by', 'broken down by'].map((one) => `${one} ${noun}`)),
    ]
    return [...words, ...(bare[dimension] ?? [])].map((word): Entry => [word, meaning])
  })
}

const intervalWords: readonly Entry[] = (
  [
    ['hour', '按小时', '小时', '按小时|每小时|分时|by hour|hourly|per hour|each hour'],
    ['day', '按天', 'daily', '按天|每天|按日|每日|日均走势|逐日|日|by day|daily|per day|each day|day by day'],
    ['week', '按周', 'weekly', '按周|每周|逐周|周|按星期|by week|weekly|per week|each week|week by week'],
    ['month', '按月', 'monthly', '按月|每月|每个月|逐月|月|月度|by month|monthly|per month|each month|month by month'],
  ] as const
).flatMap(([interval, zh, en, words]) => all(words, { is: 'interval', interval, as: { zh, en } }))

const previousPeriod: Meaning = {
  is: 'compare',
  compare: 'previous_period',
  as: { zh: '对比上一时段（同样多天）', en: 'against as many days before' },
}
const previousYear: Meaning = { is: 'compare', compare: 'previous_year', as: { zh: '对比去年同期', en: 'against a year ago' } }

const versus = ['vs', 'vs.', 'versus', 'compared to', 'compared with', 'against']
const compareEntries: readonly Entry[] = [
  ...all(
    '环比|较上期|比上期|对比上期|和上期比|上一时段|与上期相比|环比变化|period over period|month over month|week over week|mom|wow',
    previousPeriod,
  ),
  ...['上周', '上月', '上个月', '前一天', '昨天', '上季度'].flatMap((one) =>
    [
      `较${one}`,
      `比${one}`,
      `对比${one}`,
      `环比${one}`,
      ...['和', '跟', '与', '同'].flatMap((and) => [`${and}${one}比`, `${and}${one}相比`]),
    ].map((word): Entry => [word, previousPeriod]),
  ),
  ...versus.flatMap((word) =>
    ['previous', 'last', 'prior', 'the previous', 'the'].flatMap((which) =>
      ['period', 'day', 'week', 'month', 'quarter'].map(
        (unit): Entry => [`${word} ${which} ${unit}${which === 'the' ? ' before' : ''}`, previousPeriod],
      ),
    ),
  ),
  ...all(
    '同比|去年同期|较去年|比去年|对比去年|对比去年同期|和去年比|较去年同期|year over year|yoy|year on year|same period last year',
    previousYear,
  ),
  ...versus.flatMap((word) =>
    ['last year', 'previous year', 'the previous year', 'a year ago', 'same period last year'].map(
      (year): Entry => [`${word} ${year}`, previousYear],
    ),
  ),
]

const sortEntries: readonly Entry[] = (
  [
    ['quantity', '按件数', 'by units', '按销量|销量最高|卖得最多|销量最多|by quantity|by units'],
    ['amount', '按金额', 'by amount', '按金额|按销售额|销售额最高|by amount|by revenue'],
    ['orders', '按订单数', 'by orders', '按订单数|订单最多|by orders'],
    ['buyers', '按购买人数', 'by buyers', '按购买人数|买的人最多|by buyers'],
    ['refunded', '按退款金额', 'by what went back', '退款最多|退得最多|按退款|most refunded|by refunds'],
    ['viewers', '按浏览人数', 'by viewers', '看的人最多|浏览最多|按浏览|most viewed|by viewers'],
  ] as const
).flatMap(([sort, zh, en, words]) => all(words, { is: 'sort', sort, as: { zh, en } }))

export const neverBought: MeaningOf<'rule'> = {
  is: 'rule',
  rule: { orders: { count: { eq: 0 } } },
  as: { zh: '没有下过单', en: 'without any order' },
}
const bought: Meaning = { is: 'rule', rule: { orders: { count: { gte: 1 } } }, as: { zh: '下过单', en: 'with an order' } }

const ruleEntries: readonly Entry[] = [
  ...all(
    '没下单|没下过单|未下单|没买过|没有下单|没有下过单|没有买过|从没买过|未购买|没购买过|who never bought|without orders|never bought|never ordered|without an order',
    neverBought,
  ),
  ...all('下过单|买过|购买过|成交过|已下单|已购|who have bought|who have ordered|with orders|with an order', bought),
  ...rfmGroups.flatMap(({ name, nameEn }) =>
    all(`${name}客户|${name}用户|${nameEn}`, {
      is: 'rule',
      rule: { rfm: { groups: [name] } },
      as: { zh: `RFM「${name}」`, en: `RFM group “${nameEn}”` },
    }),
  ),
]

const plainWord = (is: 'who' | 'people' | 'counting' | 'before' | 'then' | 'trend' | 'future' | 'filler', zh = '', en = ''): Meaning => ({
  is,
  as: { zh, en },
})

const didNot = ['did', 'do', 'does', 'have', 'has', 'had']
const isNot = ['are', 'is', 'were', 'was']

const notEntries: readonly Entry[] = (
  [
    ['did', '不|没|没有|未|从未|从没|从来没|从来没有|还没|还没有|尚未|not|without|no|never|none|yet to'],
    ['did', [...didNot, ...isNot].flatMap((word) => [`${word} not`, `${word}n't`, `${word}n’t`]).join('|')],
    ['did', didNot.map((word) => `${word} never`).join('|')],
    [
      'out',
      '除了|除|除开|除去|不含|不包括|不包含|排除|剔除|去掉|非|不是|并非|不属于|except|except for|excluding|other than|apart from|but not|non',
    ],
    ['after', '除外|不算|不计|不计入'],
  ] as const
).flatMap(([how, words]) => all(words, { is: 'not', how, as: { zh: '不', en: 'not' } }))

const otherEntries: readonly Entry[] = [
  ...all(
    '明天|后天|下周|下个周|下月|下个月|下季度|明年|未来|tomorrow|next week|next month|next quarter|next year|forecast',
    plainWord('future'),
  ),
  ...all(
    '谁|哪些人|哪些客户|哪些用户|哪些好友|名单|有谁|找出|who|whom|list of|which customers|which people|find',
    plainWord('who', '找人', 'looking for people'),
  ),
  ...all(
    '人数|多少人|多少客户|多少用户|多少好友|几个人|how many people|how many customers|how many users|number of people',
    plainWord('counting', '数人', 'counting people'),
  ),
  ...all('客户|用户|好友|people|users|persons|customers|customer|clients', plainWord('people', '看人', 'looking at people')),
  ...all('之前|以前|before', plainWord('before', '在此之前', 'up to it')),
  ...all('→|->|=>|>|➜|到|再到|然后|再|至|to|then|and then', plainWord('then', '下一步', 'then')),
  ...all('趋势|走势|变化|曲线|变化趋势|trend|trends|over time|development', plainWord('trend', '随时间', 'over time')),
  ...notEntries,
  ...all(
    '的|了|是|有|呢|吗|吧|啊|一下|请|请问|帮我|给我|我想|想|要|看|看看|查|查看|查询|统计|分析|显示|展示|多少|有多少|怎么样|如何|情况|数据|报表|我们|我|公司|在|和|与|跟|从|对|最多|最高|每|来|这|那|都|什么|是什么|内|里|有没有|新增的|个|名|位|最近|后|之后|以后|次数|数量|总|总共|一共|合计|的人|人|通过|来自|既|而且|里面|里的|当中|之中|中|属于|名下|跟进|负责|以及|及|或|或者|以外|之外|外|都|也|但|但是|而|且|并且|几|过|们|为|其',
    plainWord('filler'),
  ),
  ...all(
    "the|of|in|for|a|an|show|me|give|please|what|is|are|was|were|our|my|do|does|did|how|many|much|have|has|had|we|there|and|with|on|at|which|from|i|want|see|tell|get|report|count|number|total|number of|all|most|highest|did|after|by|during|that|this|their|who's|it|be|through|us|can|you|analysis|data|rate of|happened|times|or|nor|but|also|been|coming|came|come|'s|’s|any|ever|followed|one|whose|live|living|based",
    plainWord('filler'),
  ),
]

export const kindMeaning = (kind: Kind): Meaning => ({ is: 'kind', kind, as: kindWords[kind][0] })

/** Everything that is known whatever the company. */
export const builtInEntries: readonly Entry[] = [
  ...(Object.keys(kindWords) as Kind[]).flatMap((kind) => all(kindWords[kind][1], kindMeaning(kind))),
  ...dimensionEntries(),
  ...intervalWords,
  ...compareEntries,
  ...sortEntries,
  ...ruleEntries,
  ...otherEntries,
]
