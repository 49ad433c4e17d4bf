import { html } from 'hono/html'

type Facts = {
  name: string
  company: string
  /** Path of the picture of the code. */
  picture: string
  /** What the code says. */
  address: string
}

const style = `
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f7f8fa;color:#1a1f2b;font:16px/1.5 -apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;padding:24px}
main{width:100%;max-width:360px;background:#fff;border-radius:16px;padding:28px 24px;text-align:center;box-shadow:0 1px 2px rgba(26,31,43,.06),0 8px 24px rgba(26,31,43,.06)}
h1{font-size:20px;margin:0 0 4px}
p{margin:0;color:#5b6472;font-size:14px}
img{display:block;width:100%;height:auto;aspect-ratio:1;margin:16px 0 12px}
strong{display:block;color:#0b7a5c;font-size:16px;margin-bottom:8px}
a{color:#0b7a5c}
`

const page = (title: string, inside: ReturnType<typeof html>) => html`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head><body><main>${inside}</main></body></html>`

/** What somebody sees who opened the short link. In WeChat the picture is read by a long press. */
export const linkPage = ({ name, company, picture, address }: Facts) =>
  page(
    name,
    html`<h1>${name}</h1><p>${company}</p><img src="${picture}" alt="二维码 QR code" width="600" height="600"><strong>长按识别二维码，添加好友</strong>
<p>Press and hold the code in WeChat to add us. <a href="${address}" rel="nofollow">打不开？点这里</a></p>`,
  )

export const lostPage = () =>
  page(
    '二维码已失效',
    html`<h1>这个二维码已失效</h1><p>请向工作人员索取新的二维码。</p><p lang="en">This code is no longer in use. Please ask the staff for a new one.</p>`,
  )

/** Nothing of the page comes from elsewhere, and nobody keeps it. */
export const pageHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
}
