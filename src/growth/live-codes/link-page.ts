import { html } from 'hono/html'
import { smallPage } from '#platform/http/small-page.ts'

type Facts = {
  name: string
  company: string
  /** Path of the picture of the code. */
  picture: string
  /** What the code says. */
  address: string
}

/** What somebody sees who opened the short link. In WeChat the picture is read by a long press. */
export const linkPage = ({ name, company, picture, address }: Facts) =>
  smallPage(
    name,
    html`<h1>${name}</h1><p>${company}</p><img src="${picture}" alt="二维码 QR code" width="600" height="600"><strong>长按识别二维码，添加好友</strong>
<p>Press and hold the code in WeChat to add us. <a href="${address}" rel="nofollow">打不开？点这里</a></p>`,
  )

export const lostPage = () =>
  smallPage(
    '二维码已失效',
    html`<h1>这个二维码已失效</h1><p>请向工作人员索取新的二维码。</p><p lang="en">This code is no longer in use. Please ask the staff for a new one.</p>`,
  )
