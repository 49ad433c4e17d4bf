import { referrals, shares } from '../passing-on.ts'
import { type StageSettings, stageSettings } from './schema.ts'

const list = (...names: string[]) => names.map((event) => ({ event }))

/** What somebody does of their own accord: the printed list that counts as activity, changeable by the company. */
const acts = list(
  'page.viewed',
  'page.clicked',
  'page.shared',
  'app.opened',
  'article.read',
  'product.viewed',
  'cart.added',
  'checkin.done',
  'coupon.used',
  'group_message.sent',
  'message.received',
  'form.submitted',
  'order.paid',
)

/** The product's own rules, in words in docs/reports.md. */
export const defaultSettings: StageSettings = stageSettings.parse({
  rules: {
    see: { events: list('page.viewed', 'live_code.viewed', 'acquisition_link.opened', 'ad.clicked'), holdsDays: 90 },
    follow: { events: list('customer.followed'), until: list('customer.unfollowed') },
    interest: {
      events: list('article.read', 'product.viewed', 'cart.added', 'page.clicked', 'group.joined', 'message.received', 'form.submitted'),
      after: 'follow',
      holdsDays: 30,
    },
    deal: { events: list('order.paid'), holdsDays: 90 },
    retain: { events: acts, after: 'deal', afterDays: 7, holdsDays: 30 },
    active: { events: acts, after: 'retain', times: 8, withinDays: 30, holdsDays: 14 },
    refer: { events: list(...referrals, ...shares) },
  },
  sops: {},
  touchpoints: [
    { stage: 'see', name: '落地页', event: 'page.viewed' },
    { stage: 'see', name: '活码短链', event: 'live_code.viewed' },
    { stage: 'see', name: '获客链接', event: 'acquisition_link.opened' },
    { stage: 'see', name: '广告点击', event: 'ad.clicked' },
    { stage: 'follow', name: '添加好友', event: 'customer.followed' },
    { stage: 'follow', name: '欢迎语', event: 'welcome.sent' },
    { stage: 'interest', name: '文章', event: 'article.read' },
    { stage: 'interest', name: '商品页', event: 'product.viewed' },
    { stage: 'interest', name: '客户群', event: 'group.joined' },
    { stage: 'interest', name: '直播间', event: 'live.entered' },
    { stage: 'deal', name: '购物车', event: 'cart.added' },
    { stage: 'deal', name: '优惠券', event: 'coupon.used' },
    { stage: 'deal', name: '订单', event: 'order.paid' },
    { stage: 'retain', name: '小程序', event: 'app.opened' },
    { stage: 'retain', name: '打卡', event: 'checkin.done' },
    { stage: 'retain', name: '满意度', event: 'nps.answered' },
    { stage: 'active', name: '群聊', event: 'group_message.sent' },
    { stage: 'active', name: '会员积分', event: 'points.earned' },
    { stage: 'refer', name: '转发', event: 'page.shared' },
    { stage: 'refer', name: '邀请', event: 'customer.invited' },
  ],
})
