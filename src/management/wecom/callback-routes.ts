import type { Context as HonoContext } from 'hono'
import { type AppEnv, allow, describe, router } from '#platform/http/router.ts'
import { receiveCallback, type Signed, verifyReceiver } from './door.ts'

/**
 * Where WeCom knocks. `:corp` is the CorpID; whose corp it is and whether the caller is WeCom, token and key decide. A caller
 * that is refused learns nothing else: 403 for every defect of signature, key, padding or corp, 400 for what is no callback,
 * 413 for what is too long.
 */
export const wecomCallbacks = router()
  .get('/:corp', allow('wecom.callback', 'public'), describe('WeCom checks the receiver: answers the decrypted echostr'), async (c) => {
    const plain = await verifyReceiver(
      c.var.installation,
      c.req.param('corp'),
      signed(c),
      (c.req.query('echostr') ?? '').replaceAll(' ', '+'),
    )
    return c.body(plain, 200, { 'Content-Type': 'text/plain' })
  })
  .post('/:corp', allow('wecom.callback', 'public'), describe('WeCom tells what happened; answered when it is on disk'), async (c) => {
    await receiveCallback(c.var.installation, c.req.param('corp'), signed(c), await c.req.text(), c.var.requestId)
    return c.body('success', 200, { 'Content-Type': 'text/plain' })
  })

const signed = (c: HonoContext<AppEnv>): Signed => ({
  signature: c.req.query('msg_signature') ?? '',
  timestamp: c.req.query('timestamp') ?? '',
  nonce: c.req.query('nonce') ?? '',
})
