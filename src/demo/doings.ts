// What the demo company does with its friends: words only.

const days = (value: number) => ({ value, unit: 'day' as const })
const hours = (value: number) => ({ value, unit: 'hour' as const })

/** Costs are yuan for each person, by what for. Steps of a journey named by a tag of the company are given its id when the journey is drawn. */
export const journeys = {
  newcomers: {
    name: '新茶友七天承接',
    note: '加好友后问口味、送品鉴装，没有回音就请到门店坐坐。',
    costs: { prizes: 9, labour: 3.5 },
    draft: {
      entry: { by: 'event', event: 'live_code.added' },
      reentry: { policy: 'after', days: 90 },
      exits: [{ event: 'customer.unfollowed' }],
      goal: { when: [{ event: 'order.paid' }], leaves: true },
      trialMetric: null,
      growthMetric: null,
      start: 'ask',
      steps: [
        {
          id: 'ask',
          type: 'task',
          title: '问问{{name|新茶友}}平时喝什么茶',
          script: '{{name|您好}}，我是山雨茶社的{{employee}}。平时喝得淡还是浓？我给您挑一款试试。',
          due: hours(24),
          next: 'answer',
        },
        { id: 'answer', type: 'wait_for', happens: [{ task: 'ask', result: 'done' }], timeout: days(2), next: 'lot', otherwise: 'invite' },
        {
          id: 'lot',
          type: 'split',
          paths: [
            { name: '寄品鉴装', weight: 50, next: 'sample' },
            { name: '发泡茶指南', weight: 50, next: 'guide' },
          ],
        },
        { id: 'sample', type: 'offer', offer: 'coupon', value: '新人品鉴装', next: 'tasted' },
        { id: 'tasted', type: 'wait', for: days(3), next: 'feeling' },
        { id: 'feeling', type: 'task', title: '问问品鉴装喝得怎么样', due: days(2), next: null },
        { id: 'guide', type: 'wait_until', at_time: '10:00', next: 'article' },
        {
          id: 'article',
          type: 'task',
          title: '发一篇泡茶指南',
          script: '{{name|您好}}，这篇三分钟就能学会：三分钟泡好一杯岩茶。',
          next: null,
        },
        { id: 'invite', type: 'task', title: '请{{name|茶友}}周末到南山路坐坐', due: days(5), next: null },
      ],
    },
  },
  sleepers: {
    name: '老客唤醒',
    note: '一个月没再买的老客：核心客户电话问候，其他人等他再来逛。',
    costs: { coupons: 7.5, labour: 4 },
    draft: {
      reentry: { policy: 'after', days: 60 },
      exits: [{ event: 'customer.unfollowed' }],
      goal: { when: [{ event: 'order.paid' }], leaves: true },
      trialMetric: null,
      growthMetric: null,
      start: 'worth',
      steps: [
        {
          id: 'worth',
          type: 'branch',
          paths: [
            { name: '买过三次以上', when: { rule: { orders: { count: { gte: 3 } } } }, next: 'call' },
            { name: '买过两次', when: { rule: { orders: { count: { gte: 2 } } } }, next: 'greet' },
          ],
          otherwise: 'visit',
        },
        {
          id: 'call',
          type: 'task',
          title: '给老茶友{{name|}}打个电话',
          script: '{{name|您好}}，好久没见。今年的明前龙井到了，给您留了一罐。',
          due: days(1),
          next: 'called',
        },
        { id: 'called', type: 'wait_for', happens: [{ task: 'call' }], timeout: days(4), next: 'thanks', otherwise: null },
        { id: 'thanks', type: 'wait', for: days(7), next: 'gift' },
        { id: 'gift', type: 'offer', offer: 'points', value: '200', next: null },
        { id: 'greet', type: 'task', title: '问候{{name|老茶友}}，发新茶目录', due: days(3), next: 'look' },
        {
          id: 'look',
          type: 'wait_for',
          happens: [{ event: 'product.viewed' }],
          timeout: days(5),
          next: 'deal',
          otherwise: null,
        },
        { id: 'deal', type: 'offer', offer: 'coupon', value: '满 200 减 30', next: null },
        { id: 'visit', type: 'wait_for', happens: [{ event: 'app.opened' }], timeout: days(14), next: 'deal', otherwise: null },
      ],
    },
  },
  birthday: {
    name: '会员生日关怀',
    note: '还在写话术，没有启动。',
    draft: {
      entry: { by: 'hand' },
      start: 'morning',
      steps: [
        { id: 'morning', type: 'wait_until', at_time: '09:30', next: 'wish' },
        { id: 'wish', type: 'task', title: '祝{{name|茶友}}生日快乐', next: 'cup' },
        { id: 'cup', type: 'offer', offer: 'coupon', value: '生日礼：手作盖碗', next: null },
      ],
    },
  },
} as const

/** What employees were asked to do by hand: when it is due, in days from today and at which hour, and how it ended. */
export const tasks: readonly { title: string; due: readonly [days: number, hour: number]; end?: 'done' | 'skipped'; note?: string }[] = [
  { title: '确认礼盒收货地址', due: [0, 21] },
  { title: '回复春茶预订的问题', due: [0, 22] },
  { title: '补寄漏发的桂花乌龙', due: [-1, 16] },
  { title: '约试茶会的时间', due: [1, 11] },
  { title: '发发票抬头', due: [0, 9], end: 'done', note: '已发到邮箱' },
  { title: '问清企业订茶的数量', due: [2, 17] },
  { title: '回访碎杯的客户', due: [-1, 10], end: 'done', note: '补了一只新的' },
  { title: '邀请加入茶友群', due: [0, 20], end: 'skipped', note: '客户说不加群' },
  { title: '把客户的口味记下来', due: [1, 15] },
  { title: '跟进上周的退款', due: [-2, 18] },
]

export const campaign = {
  name: '春茶上新转发',
  script: '今年的明前龙井到了，头采那批只有 300 罐：{link}',
  targetUrl: 'https://example.com/spring',
  goal: 12,
} as const

/** What was said in one-to-one follow-ups, stage by stage, and what comes next. */
export const followUps: readonly { stage: number; text: string; next?: string }[] = [
  { stage: 0, text: '加上好友，发了品鉴装的介绍。', next: '问问口味' },
  { stage: 0, text: '客户在上班，晚上再聊。', next: '晚上八点再聊' },
  { stage: 1, text: '聊了冷泡的做法，客户很感兴趣。', next: '发冷泡五个比例' },
  { stage: 1, text: '客户发来自己的茶席照片。' },
  { stage: 2, text: '想给公司订中秋礼盒，大约 40 份。', next: '报价' },
  { stage: 2, text: '要送长辈，预算 300 左右。', next: '推荐岩茶礼盒' },
  { stage: 3, text: '给了两个礼盒方案，客户在比价。', next: '周五回访' },
  { stage: 3, text: '方案已确认，等打款。' },
]

export const messages = {
  done: {
    name: '明前龙井到店',
    text: '今年的明前龙井到店了，头采那批只有 300 罐，想留一罐的回复“龙井”。',
    sites: ['南山路门店台卡'],
    costs: { content: 1.2, labour: 0.8 },
  },
  groups: { name: '群里的周末试茶会', text: '周六下午三点南山路二楼试茶会，还有 6 个位置，想来的在群里接个龙。' },
  planned: { name: '周五直播预告', text: '周五晚上 8 点直播，春茶满 200 减 30，我提前一小时提醒您。', tag: ['产品偏好', '绿茶'] },
  draft: { name: '冷泡季开场', text: '天热了，冷泡茶包 12 袋装回来了，一升水一袋半就够。', tag: ['产品偏好', '冷泡'] },
} as const

export const moments = {
  done: { name: '头采当天', text: '清明前最后一个晴天，头采的龙井今天下锅。想看现场的，评论区见。' },
  planned: { name: '周五直播', text: '周五晚上 8 点，直播间见。春茶满 200 减 30。' },
} as const

export const comments = ['好想去现场', '给我留一罐', '今年价格多少呀', '拍得真好看'] as const

export const trials = {
  finished: {
    name: '新人礼文案：送小样还是讲故事',
    hypothesis: '先送一份看得见的小样，比先讲茶山的故事更容易带来第一单。',
    variants: [
      { key: 'story', name: '先讲故事', weight: 500 },
      { key: 'sample', name: '先送小样', weight: 500 },
    ],
    control: 'story',
    windowDays: 14,
  },
  running: {
    name: '首单券面额：20 元还是 30 元',
    hypothesis: '多让 10 元，带来的首单多于让出去的毛利。',
    variants: [
      { key: 'off20', name: '满 100 减 20', weight: 500 },
      { key: 'off30', name: '满 100 减 30', weight: 500 },
    ],
    control: 'off20',
    windowDays: 7,
  },
} as const
