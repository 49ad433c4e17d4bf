export type Device = 'wechat' | 'phone' | 'computer'

/** With what somebody looked. Machines that look at links are nobody's visit. */
export function deviceOf(agent: string): Device | undefined {
  if (agent === '' || /bot|spider|crawl|preview|curl|wget|monitor/i.test(agent)) return undefined
  if (/MicroMessenger|wxwork/i.test(agent)) return 'wechat'
  return /Mobile|Android|iPhone/i.test(agent) ? 'phone' : 'computer'
}
