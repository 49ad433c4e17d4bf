export const snippetOptions = ['consent', 'dnt', 'hash'] as const
export type SnippetOption = (typeof snippetOptions)[number]

const attributes: Record<SnippetOption, string> = { consent: ' data-consent="ask"', dnt: ' data-dnt', hash: ' data-hash' }

/** The line for a page's head; until there is a key, the place where it goes. */
export const snippetOf = (script: string, key: string | undefined, options: readonly SnippetOption[]): string =>
  `<script async src="${script}" data-key="${key ?? 'llp_…'}"${snippetOptions
    .filter((option) => options.includes(option))
    .map((option) => attributes[option])
    .join('')}></script>`

export const ownEventCode = `liuliang('event', { event: 'form.sent', form: '试听报名' })
liuliang('identify', 'member-1024')`

export const miniProgramCode = (script: string, key: string | undefined): string => `wx.request({
  url: '${script.replace('/t/liuliang.js', '/t/e')}?key=${key ?? 'llp_…'}',
  method: 'POST',
  data: { sentAt: new Date().toISOString(), events: [{
    id: newId, device: openid, event: 'page.viewed',
    timestamp: new Date().toISOString(),
    properties: { path: 'pages/home/index', scene: '1047', deviceKind: 'phone', view: viewId },
  }] },
})`
