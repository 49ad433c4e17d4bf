// What WeCom tells about acquisition links and their quota (section 18.4, page 97299).
import type { Event, Fields } from './events.ts'

export const acquisitionEvent = (changeType: string, more: Fields = {}): Event => ({
  name: `customer_acquisition.${changeType}`,
  fields: { MsgType: 'event', Event: 'customer_acquisition', ChangeType: changeType, ...more },
  lane: 'acquisition',
})
