// What is reviewed, and what people can do with it. Safe for the browser.

export const reviewSubjects = ['live', 'activity', 'distribution', 'community'] as const
export type ReviewSubject = (typeof reviewSubjects)[number]

export type ReviewAct = {
  key: string
  zh: string
  en: string
  events: readonly string[]
  /** People are followed from the first of these on. */
  starts?: true
}

type Subject = {
  /** The properties that say which one it was, and what it is called. */
  key: string
  name: string
  acts: readonly ReviewAct[]
}

const act = (key: string, zh: string, en: string, events: readonly string[], starts?: true): ReviewAct => ({
  ...{ key, zh, en, events },
  ...(starts ? { starts } : {}),
})

/** Whoever left a live session after so many seconds stayed. */
export const staySeconds = 180

/** Sessions, activities and distributors are told by other programs; groups by WeCom, the archive and files of chats. */
export const subjects: Record<ReviewSubject, Subject> = {
  live: {
    key: 'session',
    name: 'sessionName',
    acts: [
      act('reserved', '预约', 'Reserved', ['live.reserved']),
      act('entered', '进入直播间', 'Entered', ['live.entered'], true),
      act('stayed', '看满 3 分钟', 'Stayed three minutes', ['live.left']),
      act('took_part', '评论、点赞、转发', 'Took part', ['live.commented', 'live.liked', 'live.shared']),
      act('clicked', '点商品', 'Clicked a product', ['live.product_clicked']),
    ],
  },
  activity: {
    key: 'activity',
    name: 'activityName',
    acts: [
      act('joined', '参加', 'Joined', ['activity.joined'], true),
      act('completed', '完成', 'Completed', ['activity.completed']),
      act('claimed', '领奖', 'Claimed a prize', ['activity.prize_claimed']),
    ],
  },
  distribution: {
    key: 'distributor',
    name: 'distributorName',
    acts: [
      act('opened', '打开推广链接', 'Opened the link', ['distribution.link_opened'], true),
      act('brought', '带来注册', 'Brought in', ['referral.registered'], true),
      act('paid', '产生佣金', 'Earned commission', ['commission.accrued']),
    ],
  },
  community: {
    key: 'chat',
    name: 'chatName',
    acts: [
      act('joined', '进群', 'Joined', ['group.joined'], true),
      act('spoke', '发言', 'Spoke', ['group_message.sent'], true),
      act('left', '退群', 'Left', ['group.left']),
    ],
  },
}

/** Commission as it goes: what was earned, what was paid out, what was taken back. */
export const commissions = { accrued: 'commission.accrued', paid: 'commission.paid', clawedBack: 'commission.clawed_back' } as const
