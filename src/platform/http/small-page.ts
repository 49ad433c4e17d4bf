import { html } from 'hono/html'

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

/** One card on an empty page, for strangers with a phone. */
export const smallPage = (title: string, inside: ReturnType<typeof html>) => html`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head><body><main>${inside}</main></body></html>`

/** Nothing of the page comes from elsewhere, and nobody keeps it. */
export const pageHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
}
