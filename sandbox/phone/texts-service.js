// The words of cards, sidebar pages and customer service. Chinese first, English second.
export const serviceZh = {
  cardDetails: '查看详情',
  recalled: '应用撤回了一条消息',
  chatTools: '聊天工具栏',
  kf: '微信客服',
  kfSubtitle: '微信客服 · 48 小时内最多收到 5 条回复',
  kfNoScene: '默认入口',
}
export const serviceEn = {
  cardDetails: 'Details',
  recalled: 'The app took a message back',
  chatTools: 'Chat tools',
  kf: 'Customer service',
  kfSubtitle: 'Customer service · at most 5 answers within 48 hours',
  kfNoScene: 'default entrance',
}
