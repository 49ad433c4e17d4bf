// The words of cards, sidebar pages and customer service. Chinese first, English second.
export const serviceZh = {
  cardDetails: '查看详情',
  recalled: '应用撤回了一条消息',
  chatTools: '聊天工具栏',
}
export const serviceEn = {
  cardDetails: 'Details',
  recalled: 'The app took a message back',
  chatTools: 'Chat tools',
}
