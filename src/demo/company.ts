import type { ChannelKind } from '#growth/channels/schema.ts'

/** What the demo company is. Shares are of people, counted from one step to the next. */
export const company = { name: '山雨茶社', shop: '山雨茶社小程序', counter: '南山路门店' } as const

export type Site = {
  /** The live code. */
  name: string
  channel: string
  group: string
  kind: ChannelKind
  /** Part of all friends who come through it. */
  share: number
  /** Openings of the link that end in a friendship. */
  adds: number
  /** Friends who go again within the weeks. */
  leaves: number
  buys: number
  /** How often a buyer comes again on average: orders in 30 days, until they have had enough. */
  repeats: number
  /** What a friend costs on average, in yuan, and what for. */
  costs: { kind: string; item: string; each: number }
  /** Members behind the code, by their WeCom ids. */
  members: string[]
  tag?: string
}

export const sites: readonly Site[] = [
  {
    name: '抖音春茶直播码',
    channel: '抖音投放',
    group: '线上投放',
    kind: 'feed_ads',
    share: 0.3,
    adds: 0.38,
    leaves: 0.24,
    buys: 0.13,
    repeats: 0.35,
    costs: { kind: '媒体', item: '信息流春茶', each: 19 },
    members: ['wanglei', 'lina', 'zhangwei'],
  },
  {
    name: '小红书笔记码',
    channel: '小红书笔记',
    group: '线上投放',
    kind: 'content_platform',
    share: 0.19,
    adds: 0.52,
    leaves: 0.13,
    buys: 0.22,
    repeats: 0.6,
    costs: { kind: '内容', item: '达人笔记', each: 11.5 },
    members: ['lina', 'majun', 'linyue'],
    tag: '小红书',
  },
  {
    name: '公众号菜单码',
    channel: '公众号',
    group: '线上投放',
    kind: 'official_account',
    share: 0.12,
    adds: 0.61,
    leaves: 0.09,
    buys: 0.27,
    repeats: 0.8,
    costs: { kind: '内容', item: '推文排版', each: 3 },
    members: ['majun', 'hexin'],
  },
  {
    name: '南山路门店台卡',
    channel: '线下门店',
    group: '线下',
    kind: 'store',
    share: 0.18,
    adds: 0.83,
    leaves: 0.05,
    buys: 0.46,
    repeats: 1.2,
    costs: { kind: '人力', item: '店员引导', each: 4 },
    members: ['liuyang', 'sunli', 'gaofei'],
    tag: '线下门店',
  },
  {
    name: '包裹卡活码',
    channel: '包裹卡',
    group: '线下',
    kind: 'parcel_card',
    share: 0.12,
    adds: 0.57,
    leaves: 0.07,
    buys: 0.52,
    repeats: 1.6,
    costs: { kind: '红包', item: '包裹卡红包', each: 5 },
    members: ['linyue', 'hexin'],
  },
  {
    name: '老客推荐码',
    channel: '老客推荐',
    group: '老客',
    kind: 'fission',
    share: 0.09,
    adds: 0.74,
    leaves: 0.04,
    buys: 0.41,
    repeats: 1.1,
    costs: { kind: '奖品', item: '推荐礼', each: 9 },
    members: ['chenjing', 'zhangwei'],
    tag: '老客推荐',
  },
]

export type Good = { code: string; title: string; price: number; taste: string; popular: number }

export const goods: readonly Good[] = [
  { code: 'GT-01', title: '明前龙井 50g', price: 168, taste: '绿茶', popular: 5 },
  { code: 'GT-02', title: '碧螺春 100g', price: 128, taste: '绿茶', popular: 4 },
  { code: 'WT-01', title: '武夷岩茶礼盒', price: 328, taste: '岩茶', popular: 3 },
  { code: 'WT-02', title: '肉桂小罐 8 泡', price: 98, taste: '岩茶', popular: 4 },
  { code: 'FT-01', title: '桂花乌龙 100g', price: 76, taste: '花茶', popular: 7 },
  { code: 'FT-02', title: '茉莉银针 75g', price: 118, taste: '花茶', popular: 5 },
  { code: 'CB-01', title: '冷泡茶包 12 袋', price: 39, taste: '冷泡', popular: 9 },
  { code: 'CP-01', title: '手作盖碗', price: 89, taste: '茶器', popular: 3 },
  { code: 'CP-02', title: '旅行茶具套装', price: 199, taste: '茶器', popular: 2 },
]

/** What is often put into the same parcel, so that there are rules to find. */
export const pairs: readonly (readonly [good: string, along: string])[] = [
  ['GT-01', 'CP-01'],
  ['WT-01', 'CP-02'],
  ['FT-02', 'FT-01'],
]

/** Pages of the mini program; the first three are where a code is found. */
export const pages = {
  landing: [
    { page: '/spring', title: '春茶专题' },
    { page: '/gift', title: '新人礼' },
    { page: '/oolong', title: '乌龙品鉴' },
  ],
  about: { page: '/about', title: '关于山雨' },
  inside: [
    { page: '/', title: '首页' },
    { page: '/shop', title: '茶铺' },
    { page: '/stories', title: '茶友来信' },
    { page: '/member', title: '会员中心' },
  ],
} as const

export const articles = ['三分钟泡好一杯岩茶', '春茶怎么存', '盖碗不烫手的拿法', '茶友来信：一家人的早茶', '冷泡茶的五个比例'] as const

export const cities: readonly (readonly [city: string, weight: number])[] = [
  ['杭州', 9],
  ['上海', 8],
  ['苏州', 5],
  ['南京', 4],
  ['宁波', 4],
  ['北京', 3],
  ['深圳', 3],
  ['成都', 2],
]

export const tags = {
  intent: { group: '意向', names: ['高意向', '待跟进', '暂无需求'] },
  tier: { group: '客户等级', names: ['一般', '重要', '核心'] },
  taste: { group: '产品偏好', names: ['绿茶', '岩茶', '花茶', '冷泡', '茶器'] },
  source: { group: '来源渠道' },
} as const

/** Monday first: quiet Mondays, full weekends. */
export const weekdays = [0.78, 0.85, 0.9, 0.96, 1.12, 1.45, 1.34] as const

/** When people are on their phones, hour by hour: the way to work, noon, and above all the evening. */
export const hours = [
  0.6, 0.3, 0.15, 0.1, 0.1, 0.2, 0.6, 1.4, 2.4, 3, 3.6, 3.8, 4.6, 3.9, 3.2, 3.1, 3.3, 3.6, 4, 4.8, 6.2, 6.8, 4.6, 2,
] as const

/** Days before the end on which something was on: the part by which more people came. */
export const campaigns: readonly (readonly [daysAgo: number, more: number])[] = [
  [54, 0.9],
  [53, 1.6],
  [52, 0.8],
  [26, 0.7],
  [25, 1.3],
  [24, 1.9],
  [23, 0.9],
  [5, 0.6],
  [4, 0.9],
]

export const talks: readonly (readonly [customer: string, employee: string])[] = [
  ['请问龙井是今年的吗？', '是明前新茶，头采那批，给您留了一罐小样。'],
  ['岩茶新手喝哪款？', '可以先从肉桂小罐开始，8 泡装，不会浪费。'],
  ['什么时候有活动呀', '这周五晚上 8 点直播有满减，我到时提醒您。'],
  ['收到了，包装很好看', '谢谢您！第一泡 10 秒出汤，口感最好。'],
  ['能开发票吗', '可以的，您把抬头发我就行。'],
]

/** Links that the company gives away, each at its places. */
export const links = [
  {
    name: '春茶直播主页链接',
    channel: '抖音投放',
    members: ['lina', 'wanglei', 'zhangwei'],
    places: ['直播间口播', '评论区置顶'],
    friends: 17,
  },
  { name: '小红书私信链接', channel: '小红书笔记', members: ['lina', 'majun'], places: ['私信自动回复'], friends: 8 },
] as const

/** The code into the company's groups. */
export const poster = '门店茶友群海报'

/** Longer talks, as they are kept. */
export const chats: readonly (readonly (readonly [customer: string, employee: string])[])[] = [
  [
    ['您好，直播间说的新人品鉴装怎么领？', '您好！发我收件信息就行，三款小罐任选，今天就能寄出。'],
    ['我想要龙井、桂花乌龙，还有一款您推荐？', '平时爱喝淡一点的话，第三款选茉莉银针，很清甜。'],
    ['好，那就茉莉银针，谢谢', '给您备好了，单号晚点发您'],
  ],
  [
    ['碧螺春还有货吗', '有的，100g 装今天刚补货，128 元，包邮。'],
    ['两罐有优惠吗？送人的', '两罐减 20，还可以加一个手提礼袋，不另收费。'],
    ['可以，链接发我', '发您了，备注“礼袋”我来安排。'],
    ['拍好了', '收到，下午四点前发出，到了您说一声。'],
  ],
  [
    ['上次买的岩茶有点苦，是我泡错了吗？', '水温别太高，95 度左右，第一泡 10 秒就出汤，会顺很多。'],
    ['原来如此，我一直闷一分钟', '那确实会苦。我发您一篇泡法，照着试试，不合适给您换。'],
  ],
  [['周末门店营业到几点？', '周六周日 10:00–21:00，南山路店二楼可以坐下来试茶。']],
]

/** The company's groups and who looks after each. */
export const circles = [
  { name: '南山路茶友群', owner: 'liuyang' },
  { name: '山雨茶友一群', owner: 'lina' },
  { name: '山雨茶友二群', owner: 'majun' },
] as const

export type Circle = (typeof circles)[number]

/** What is said in them: somebody begins, others answer. */
export const groupTalk: readonly (readonly string[])[] = [
  ['今天的早茶打卡，肉桂第三泡最香', '同感，第三泡有桂皮味', '我用盖碗，出汤再快一点更甜'],
  ['明前龙井到货了吗？', '到了，今天下午就能发', '我也要一罐', '帮您留一罐'],
  ['冷泡茶一晚上要放多少茶？', '一升水一袋半就够', '我放两袋，有点涩'],
  ['有没有适合送长辈的？', '岩茶礼盒很体面，上次送爸爸很喜欢', '礼盒可以加手写卡片'],
  ['周末的试茶会还有位置吗', '还有三个', '给我留两个', '好的，已登记'],
  ['分享一下新买的盖碗', '好看！什么釉？', '青釉的'],
  ['茉莉银针泡几次换叶？', '四五次没问题'],
] as const

/** What the welcome of new friends is tried with; the second one is the better one. */
export const trial = { name: '新人礼文案', variants: ['先送小样', '先讲故事'] } as const
