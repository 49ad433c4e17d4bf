// Texts of handover and acquisition links.
export const assetsZh = {
  handoverTitle: '{name} 将为您服务',
  handoverOnJob: '{name} 的工作由同事接替，{at} 自动添加',
  handoverLeft: '{name} 已离职，{at} 自动添加接替的同事',
  handoverRefuse: '拒绝',
  handoverAsk: '拒绝后，您不会被转给 {to}，{from} 那边保持原样，企业会收到“客户拒绝”的回调。',
  handoverRefused: '已拒绝',
  links: '获客链接',
}
export const assetsEn = {
  handoverTitle: '{name} will look after you',
  handoverOnJob: 'A colleague takes over from {name}; added by itself {at}',
  handoverLeft: '{name} has left; the colleague is added by itself {at}',
  handoverRefuse: 'Refuse',
  handoverAsk:
    'You will not be handed over to {to}, nothing changes with {from}, and the company receives the callback “customer refused”.',
  handoverRefused: 'Refused',
  links: 'Acquisition links',
}
