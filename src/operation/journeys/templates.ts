import { Definition, type Step } from './definition.ts'

export type Template = { key: string; name: Words; note: Words; draft: Definition }
type Words = { zh: string; en: string }

// Ways that the field walks every day, to begin with: what they say and how long they wait is the company's to change. They name
// nothing that only one company has: each can be started as it is, or once its segment is chosen.

const template = (key: string, name: Words, note: Words, draft: unknown): Template => ({ key, name, note, draft: Definition.parse(draft) })

const days = (value: number) => ({ value, unit: 'day' as const })
const hours = (value: number) => ({ value, unit: 'hour' as const })

/** One step under the other. */
function chain(steps: readonly (Partial<Step> & { id: string; type: Step['type'] })[]): object[] {
  return steps.map((step, i) => ({ next: steps[i + 1]?.id ?? null, ...step, at: step.at ?? { x: 0, y: i * 140 } }))
}

/** Stands for whichever stage of the company comes first. */
const firstStage = 'first'

/** Rules of segments lie above: whose people come in is said by whoever draws. */
const toChoose = ''

const paid = { event: 'order.paid' }
const gone = { event: 'customer.unfollowed' }

const templates: readonly Template[] = [
  template(
    'intake',
    { zh: '新好友承接', en: 'Taking in a new friend' },
    {
      zh: '加好友就问候，阶段记为第一个，提醒员工问需求；三天没有回音再由员工跟进。',
      en: 'Greet at once, begin at the first stage, have the colleague ask what they need, and follow up after three silent days.',
    },
    {
      entry: { by: 'event', event: 'customer.followed' },
      reentry: { policy: 'after', days: 90 },
      exits: [gone],
      goal: { when: [paid], leaves: true },
      start: 'greet',
      steps: [
        {
          id: 'greet',
          type: 'welcome',
          text: '{{name|您}}好，我是{{company}}的{{employee}}，有什么想了解的，直接发给我就好。',
          next: 'begin',
          at: { x: 0, y: 0 },
        },
        { id: 'begin', type: 'stage', stage: firstStage, next: 'tell', at: { x: 0, y: 140 } },
        { id: 'tell', type: 'notice', text: '{{name|新好友}}刚加了您，请尽快问清需求。', next: 'ask', at: { x: 0, y: 280 } },
        {
          id: 'ask',
          type: 'task',
          title: '问清{{name|新好友}}的需求',
          script: '{{name|您好}}，方便说说您最关心什么吗？',
          due: hours(2),
          next: 'answer',
          at: { x: 0, y: 420 },
        },
        {
          id: 'answer',
          type: 'wait_for',
          happens: [{ event: 'survey.answered' }, { event: 'message.received' }],
          timeout: days(3),
          next: 'introduce',
          otherwise: 'follow_up',
          at: { x: 0, y: 560 },
        },
        {
          id: 'introduce',
          type: 'task',
          title: '按需求介绍产品',
          script: '{{name|您好}}，按您说的情况，我给您整理了一份介绍。',
          due: hours(24),
          next: null,
          at: { x: -160, y: 720 },
        },
        {
          id: 'follow_up',
          type: 'task',
          title: '再问候一次{{name|客户}}',
          script: '{{name|您好}}，前几天的问题还需要帮忙吗？',
          due: hours(24),
          next: null,
          at: { x: 160, y: 720 },
        },
      ],
    },
  ),
  template(
    'newcomer',
    { zh: '新客七日', en: 'Seven days of a newcomer' },
    { zh: '第一、三、七天各触达一次，下单就离开。', en: 'A word on days one, three and seven; whoever orders is done.' },
    {
      entry: { by: 'event', event: 'customer.followed' },
      exits: [gone],
      goal: { when: [paid], leaves: true },
      start: 'evening',
      steps: chain([
        { id: 'evening', type: 'wait_until', at_time: '19:30' },
        { id: 'day1', type: 'message', text: '欢迎来到我们的会员群体，这里有新人专享的内容。' },
        { id: 'to_day3', type: 'wait', for: days(2) },
        { id: 'day3', type: 'message', text: '三分钟看懂怎么选，附常见问题。' },
        { id: 'to_day7', type: 'wait', for: days(4) },
        {
          id: 'day7',
          type: 'task',
          title: '问问{{name|新客}}这一周的感受',
          script: '{{name|您好}}，来了一周了，用得还顺手吗？',
          due: hours(24),
        },
      ]),
    },
  ),
  template(
    'trial',
    { zh: '体验转正价', en: 'From trial to full price' },
    {
      zh: '买了体验装的人，三天后没再下单就给券，再三天由员工跟进。先选好人群，例如“买过体验商品”。',
      en: 'After a trial order: a coupon on day three, a colleague on day six, unless they order again. Choose the segment first, such as "bought the trial".',
    },
    {
      entry: { by: 'segment', segment: toChoose, moves: 'in' },
      reentry: { policy: 'after', days: 90 },
      exits: [gone],
      goal: { when: [paid], leaves: true },
      start: 'use',
      steps: chain([
        { id: 'use', type: 'wait', for: days(3) },
        { id: 'coupon', type: 'offer', offer: 'coupon', value: 'TRIAL' },
        { id: 'tell', type: 'message', text: '体验得怎么样？正价专享券已经放进您的卡包，三天内有效。' },
        { id: 'think', type: 'wait', for: days(3) },
        { id: 'call', type: 'task', title: '跟进体验客户{{name|}}', script: '{{name|您好}}，体验下来有什么想了解的吗？', due: hours(24) },
      ]),
    },
  ),
  template(
    'silent',
    { zh: '沉默唤醒', en: 'Waking the silent' },
    {
      zh: '每周一挑出沉默的人：先发内容，没有反应再由员工问候。先选好人群，例如“60 天没有任何动静”。',
      en: 'Every Monday: content first, then a colleague. Choose the segment first, such as "nothing for 60 days".',
    },
    {
      entry: { by: 'schedule', segment: toChoose, repeat: { every: 'week', at: '10:00', weekdays: [1] } },
      reentry: { policy: 'after', days: 60 },
      exits: [gone],
      goal: { when: [paid], leaves: true },
      start: 'content',
      steps: [
        { id: 'content', type: 'message', text: '好久不见，最近大家都在看这几样。', next: 'react', at: { x: 0, y: 0 } },
        {
          id: 'react',
          type: 'wait_for',
          happens: [{ event: 'page.viewed' }, { event: 'message.received' }],
          timeout: days(5),
          next: 'thank',
          otherwise: 'greet',
          at: { x: 0, y: 140 },
        },
        { id: 'thank', type: 'task', title: '接住回来的{{name|客户}}', due: hours(12), next: null, at: { x: -160, y: 300 } },
        {
          id: 'greet',
          type: 'task',
          title: '单独问候{{name|客户}}',
          script: '{{name|您好}}，好久没联系了，最近还好吗？',
          due: hours(48),
          next: null,
          at: { x: 160, y: 300 },
        },
      ],
    },
  ),
  template(
    'win_back',
    { zh: '流失挽回', en: 'Winning back' },
    {
      zh: '每天挑出要流失的人：连着三次，力度逐次加大，任何一次下单就停。先选好人群，例如“买过，180 天没再买”。',
      en: 'Every day: three times, each with more to give; any order ends it. Choose the segment first, such as "bought, and not for 180 days".',
    },
    {
      entry: { by: 'schedule', segment: toChoose, repeat: { every: 'day', at: '10:00' } },
      reentry: { policy: 'after', days: 180 },
      exits: [gone],
      goal: { when: [paid], leaves: true },
      start: 'first',
      steps: chain([
        { id: 'first', type: 'message', text: '我们改进了很多，回来看看吧。' },
        { id: 'wait1', type: 'wait', for: days(7) },
        { id: 'second', type: 'offer', offer: 'coupon', value: 'BACK10' },
        { id: 'wait2', type: 'wait', for: days(7) },
        { id: 'third', type: 'offer', offer: 'coupon', value: 'BACK20' },
        { id: 'last', type: 'task', title: '挽回：打最后一次招呼，{{name|客户}}', due: days(2) },
      ]),
    },
  ),
  template(
    'birthday',
    { zh: '生日关怀', en: 'Birthday' },
    {
      zh: '每天早上挑出当天生日的人：送一份礼，由员工祝福。先选好人群，例如“生日就在今天”。',
      en: 'Every morning: a present and a wish for those whose birthday it is. Choose the segment first, such as "birthday today".',
    },
    {
      entry: { by: 'schedule', segment: toChoose, repeat: { every: 'day', at: '09:00' } },
      reentry: { policy: 'after', days: 300 },
      start: 'gift',
      steps: chain([
        { id: 'gift', type: 'offer', offer: 'coupon', value: 'BIRTHDAY' },
        {
          id: 'wish',
          type: 'task',
          title: '祝{{name|客户}}生日快乐',
          script: '{{name|您好}}，生日快乐！给您准备了一份小礼物，已经放进卡包。',
          due: hours(10),
        },
      ]),
    },
  ),
  template(
    'repurchase',
    { zh: '复购到期', en: 'Repurchase due' },
    { zh: '每一单用完前提醒一次，一周没买再由员工跟进。', en: 'Before an order is used up a reminder, a week later a colleague.' },
    {
      entry: { by: 'event', event: 'order.paid' },
      reentry: { policy: 'each', property: 'order' },
      exits: [{ event: 'order.paid' }, gone],
      start: 'use',
      steps: chain([
        { id: 'use', type: 'wait', for: days(25) },
        { id: 'remind', type: 'message', text: '上次买的快用完了吧？老客户补货有优惠。' },
        { id: 'think', type: 'wait', for: days(7) },
        { id: 'call', type: 'task', title: '提醒{{name|客户}}补货', due: days(2) },
      ]),
    },
  ),
  template(
    'community',
    { zh: '社群新人', en: 'New in the community' },
    {
      zh: '进群后当天介绍规则，第二天领入门内容，退群就停。',
      en: 'The rules on the day somebody joins, something to begin with on the next; leaving ends it.',
    },
    {
      entry: { by: 'event', event: 'group.joined' },
      reentry: { policy: 'each', property: 'chat' },
      exits: [{ event: 'group.left' }],
      start: 'rules',
      steps: chain([
        { id: 'rules', type: 'task', title: '欢迎{{name|新人}}进群并介绍群规', due: hours(4) },
        { id: 'next_day', type: 'wait_until', at_time: '10:00' },
        { id: 'first', type: 'message', text: '群里的入门内容整理好了，点开就能看。' },
      ]),
    },
  ),
]

/** With the stage that this company begins with. */
export const templatesWith = (stage: string): Template[] =>
  templates.map((one) => ({
    ...one,
    draft: {
      ...one.draft,
      steps: one.draft.steps.map((step) => (step.type === 'stage' && step.stage === firstStage ? { ...step, stage } : step)),
    },
  }))
