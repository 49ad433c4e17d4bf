// A page beside a chat: the phone is the client around it, and answers what the page asks.
import { call, h } from './dom.js'
import { groupIdOf } from './group.js'
import { go, place } from './route.js'
import { t } from './texts.js'

export const sidebarIdOf = (panel) => (panel?.startsWith('page-') ? Number(panel.slice(5)) : undefined)

export function sidebarScreen(at, me) {
  const page = me.sidebar?.find((it) => it.id === sidebarIdOf(at.panel))
  if (!page) return { title: t('chatTools'), body: h('div', { class: 'screen' }), after: () => go({}, true) }
  // A page that asks who holds the phone gets the answer at once, as inside WeCom.
  // biome-ignore lint/suspicious/noDocumentCookie: one short note for the login page of this very origin
  document.cookie = `sandbox_holder=${encodeURIComponent(at.id)}; path=/connect; SameSite=Lax; max-age=3600`
  const frame = h('iframe', { class: 'sidebar-page', src: page.url, title: page.name })
  client(frame, page, at)
  return {
    title: page.name,
    subtitle: new URL(page.url).host,
    subtitlePlain: true,
    body: h('div', { class: 'screen sidebar' }, frame),
  }
}

/** Listens to the one frame it was made for, as long as that is shown. */
function client(frame, page, at) {
  const granted = { config: false, agentConfig: false }
  const hear = async (event) => {
    if (!frame.isConnected) return window.removeEventListener('message', hear)
    if (event.source !== frame.contentWindow || !event.data?.wwRequest) return undefined
    const { wwRequest, method, params } = event.data
    const answer = await act(method, params ?? {}, event.origin).catch((error) => ({
      error: { reason: `fail ${error.message}`, errcode: -1 },
    }))
    event.source.postMessage({ wwAnswer: wwRequest, ...answer }, event.origin)
    return undefined
  }
  window.addEventListener('message', hear)
  // Another page inside the frame has to register anew.
  frame.addEventListener('load', () => Object.assign(granted, { config: false, agentConfig: false }))

  async function act(method, params, origin) {
    if (method === 'config' || method === 'agentConfig') return register(method, params, origin)
    if (method === 'getContext' ? !granted.config && !granted.agentConfig : !granted.agentConfig) return refused('fail no permission')
    const chatId = groupIdOf(at.chat)
    if (method === 'getContext') return { result: { entry: chatId ? 'group_chat_tools' : 'single_chat_tools' } }
    if (method === 'getCurExternalContact')
      return chatId ? refused('fail without context of external contact') : { result: { userId: at.chat } }
    if (method === 'getCurExternalChat') return chatId ? { result: { chatId } } : refused('fail without context of external chat')
    if (method === 'sendChatMessage') {
      await call('/jssdk/send', 'POST', { userId: at.id, chat: chatId ?? at.chat, corp: page.corpId, message: params })
      return { result: {} }
    }
    if (method === 'closeWindow') {
      if (place().panel === at.panel) await go({})
      return { result: {} }
    }
    return refused('fail not supported')
  }

  async function register(kind, params, origin) {
    const isOwn = URL.canParse(params.url ?? '') && new URL(params.url).origin === origin
    if (!isOwn || params.corpId !== page.corpId) return refused('fail, invalid signature', 40093)
    const verdict = await call('/jssdk/register', 'POST', { ...params, kind })
    if (verdict.errcode !== 0) return refused(`fail, ${verdict.reason}`, verdict.errcode)
    granted[kind] = true
    return { result: {} }
  }
}

const refused = (reason, errcode = -1) => ({ error: { reason, errcode } })
