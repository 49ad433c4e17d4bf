import type { Config } from '#platform/config.ts'
import type { TrackingSetup } from './schema.ts'

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

export function trackingSetup({ publicUrl, wecom }: Config): TrackingSetup {
  const sandbox = new URL(wecom.baseUrl)
  return {
    script: new URL('/t/liuliang.js', publicUrl).href,
    shop: loopback.has(sandbox.hostname) ? new URL('/shop', sandbox).href : null,
  }
}
