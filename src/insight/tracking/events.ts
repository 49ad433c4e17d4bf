import { z } from 'zod'
import { experimentExposed } from '#operation/events.ts'
import { defineEvent, type EventDefinition } from '#platform/events/catalogue.ts'
import type { Declaration } from './plan.ts'
import type { PlannedProperty, PropertyType } from './schema.ts'

// What pages, mini programs and other programs tell. The product declares these events and does not state them itself: anybody with a write key
// may send them, and is held to the types.

type Tracked = { name: string; zh: string; en: string; own: boolean; properties: PlannedProperty[] }

const property = (name: string, type: PropertyType, title: string): PlannedProperty => ({ name, type, title, required: false })

const onPage = [
  property('path', 'text', '页面路径'),
  property('title', 'text', '页面标题'),
  property('view', 'text', '浏览编号'),
  property('source', 'text', '来源'),
  property('deviceKind', 'text', '设备类型'),
]

const tagged = [
  property('site', 'text', '网站'),
  property('referrer', 'text', '来路'),
  property('utm_source', 'text', '来源标签'),
  property('utm_medium', 'text', '媒介标签'),
  property('utm_campaign', 'text', '活动标签'),
  property('scene', 'text', '小程序场景值'),
  property('pageWidth', 'number', '页面宽'),
  property('pageHeight', 'number', '页面高'),
  property('viewportHeight', 'number', '屏幕高'),
]

const clicked = [
  property('x', 'number', '横向位置（占页宽）'),
  property('y', 'number', '纵向位置（像素）'),
  property('selector', 'text', '元素'),
  property('text', 'text', '元素文字'),
  property('link', 'text', '链接'),
  property('pageWidth', 'number', '页面宽'),
  property('pageHeight', 'number', '页面高'),
]

/** Words between one customer and one employee, without the words; `employee` is how the employee is called in friendships. */
const dialogue = [property('employee', 'text', '员工'), property('kind', 'text', '消息类型'), property('letters', 'number', '字数')]

const atActivity = [property('activity', 'text', '活动编号'), property('activityName', 'text', '活动名称')]
const byDistributor = [property('distributor', 'text', '分销员编号'), property('distributorName', 'text', '分销员')]
/** Of the order's buyer; `amount` in minor units, `level` 1 for the distributor's own and 2 for their team's. */
const commissioned = [
  ...byDistributor,
  property('level', 'integer', '级别'),
  property('order', 'text', '订单号'),
  property('amount', 'integer', '金额（分）'),
  property('currency', 'text', '币种'),
]

const live = (name: string, zh: string, en: string, more: PlannedProperty[] = [], own = true): Tracked => ({
  ...{ name: `live.${name}`, zh, en, own },
  properties: [property('session', 'text', '场次编号'), property('sessionName', 'text', '场次'), ...more],
})

const depth = property('depth', 'number', '到达深度（占页高）')

/** What shops say of products differs too much to be held to anything. Opening and clicking are acts of a customer's own; scrolling and leaving follow from them. */
const tracked: readonly Tracked[] = [
  { name: 'page.viewed', zh: '浏览页面', en: 'Page viewed', own: true, properties: [...onPage, ...tagged] },
  { name: 'page.clicked', zh: '点击页面', en: 'Page clicked', own: true, properties: [...onPage, ...clicked] },
  { name: 'page.scrolled', zh: '滚动页面', en: 'Page scrolled', own: false, properties: [...onPage, depth] },
  {
    name: 'page.left',
    zh: '离开页面',
    en: 'Page left',
    own: false,
    properties: [...onPage, property('seconds', 'number', '停留秒数'), depth],
  },
  { name: 'page.shared', zh: '转发页面', en: 'Page shared', own: true, properties: [...onPage, property('channel', 'text', '转发到')] },
  { name: 'product.viewed', zh: '浏览商品', en: 'Product viewed', own: true, properties: [] },
  { name: 'cart.added', zh: '加入购物车', en: 'Added to cart', own: true, properties: [] },
  { name: 'message.received', zh: '客户给员工发消息', en: 'Wrote to an employee', own: true, properties: dialogue },
  { name: 'employee_message.sent', zh: '员工给客户发消息', en: 'An employee wrote', own: false, properties: dialogue },
  // Trials that run elsewhere name themselves as they like.
  { name: experimentExposed.name, ...experimentExposed.title, own: experimentExposed.own, properties: [] },
  // No questionnaire of the house asks yet: whichever program does tells its answers, each as a property of its own.
  { name: 'survey.answered', zh: '回答问卷', en: 'Survey answered', own: true, properties: [property('survey', 'text', '问卷')] },
  // No programme of the house gives points or levels: a shop or a member system tells what somebody has from then on.
  {
    name: 'points.changed',
    zh: '积分变动',
    en: 'Points changed',
    own: false,
    properties: [property('change', 'number', '变动'), property('balance', 'number', '余额'), property('reason', 'text', '原因')],
  },
  {
    name: 'member.level_changed',
    zh: '会员等级变动',
    en: 'Member level changed',
    own: false,
    properties: [property('level', 'number', '等级（越大越高）'), property('levelName', 'text', '等级名称')],
  },
  // Live sessions, activities and distribution run in other programs until the house has them: each tells which one it was.
  live('reserved', '预约直播', 'Live session reserved'),
  live('entered', '进入直播间', 'Entered a live session'),
  live('left', '离开直播间', 'Left a live session', [property('seconds', 'number', '观看秒数')], false),
  live('commented', '直播评论', 'Commented on a live session'),
  live('liked', '直播点赞', 'Liked a live session'),
  live('shared', '转发直播', 'Shared a live session'),
  live('product_clicked', '点击直播商品', 'Clicked a product of a live session', [property('product', 'text', '商品')]),
  { name: 'activity.joined', zh: '参加活动', en: 'Joined an activity', own: true, properties: atActivity },
  { name: 'activity.completed', zh: '完成活动', en: 'Completed an activity', own: true, properties: atActivity },
  { name: 'activity.prize_claimed', zh: '领取活动奖品', en: 'Claimed a prize', own: true, properties: atActivity },
  {
    name: 'distributor.joined',
    zh: '成为分销员',
    en: 'Became a distributor',
    own: true,
    properties: [...byDistributor, property('parent', 'text', '上级分销员')],
  },
  { name: 'distribution.link_opened', zh: '打开分销链接', en: 'Opened a distributor’s link', own: true, properties: byDistributor },
  { name: 'referral.registered', zh: '经人推荐注册', en: 'Registered by referral', own: true, properties: byDistributor },
  { name: 'commission.accrued', zh: '佣金计提', en: 'Commission accrued', own: false, properties: commissioned },
  { name: 'commission.paid', zh: '佣金发放', en: 'Commission paid', own: false, properties: commissioned },
  { name: 'commission.clawed_back', zh: '佣金追回', en: 'Commission clawed back', own: false, properties: commissioned },
  { name: 'rating.given', zh: '服务评分', en: 'Rating given', own: true, properties: [property('score', 'number', '分数')] },
  { name: 'account.registered', zh: '注册', en: 'Registered', own: true, properties: [] },
  { name: 'post.published', zh: '发布内容', en: 'Content published', own: true, properties: [] },
  // Coupons are given and taken by shops.
  { name: 'coupon.issued', zh: '发放优惠券', en: 'Coupon issued', own: false, properties: [property('coupon', 'text', '优惠券')] },
  {
    name: 'coupon.used',
    zh: '使用优惠券',
    en: 'Coupon used',
    own: true,
    properties: [property('coupon', 'text', '优惠券'), property('order', 'text', '订单号')],
  },
  { name: 'nps.answered', zh: '回答 NPS', en: 'NPS answered', own: true, properties: [property('score', 'number', '0–10 分')] },
]

const schemas: Record<PropertyType, z.ZodType> = {
  text: z.string(),
  number: z.number(),
  integer: z.int(),
  boolean: z.boolean(),
  time: z.string(),
  list: z.array(z.unknown()),
}

export const trackedEventDefinitions: readonly EventDefinition[] = tracked.map(({ name, zh, en, own, properties }) =>
  defineEvent(name, {
    title: { zh, en },
    own,
    properties: z.object(Object.fromEntries(properties.map((one) => [one.name, schemas[one.type].optional()]))),
  }),
)

export const trackedDeclarations: ReadonlyMap<string, Declaration> = new Map(
  tracked.map(({ name, properties }) => [name, { properties, closed: false }]),
)
