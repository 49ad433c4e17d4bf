// A small stand-in of WeCom's JS-SDK for pages inside the virtual phone: the same names and answers, spoken to the phone around it.
;(() => {
  const open = new Map()
  let count = 0
  let registered = Promise.reject(failed('config', 'fail, ww.register was not called', 40093))
  registered.catch(() => undefined)

  window.addEventListener('message', (event) => {
    const waiting = event.source === window.parent && open.get(event.data?.wwAnswer)
    if (!waiting) return
    open.delete(event.data.wwAnswer)
    if (event.data.error) waiting.reject(failed(waiting.method, event.data.error.reason, event.data.error.errcode))
    else waiting.resolve({ errMsg: `${waiting.method}:ok`, ...event.data.result })
  })

  function failed(method, reason, errCode) {
    return Object.assign(new Error(`${method}:${reason}`), { errMsg: `${method}:${reason}`, errCode })
  }

  const ask = (method, params = {}) =>
    new Promise((resolve, reject) => {
      const id = ++count
      open.set(id, { method, resolve, reject })
      window.parent.postMessage({ wwRequest: id, method, params }, '*')
    })

  async function sign(kind, options, getSignature, ok, bad) {
    try {
      const url = location.href.split('#', 1)[0]
      const signed = await getSignature(url)
      const answer = await ask(kind, { ...signed, url, corpId: options.corpId, agentId: options.agentId })
      ok?.(answer)
    } catch (error) {
      bad?.(error)
      throw error
    }
  }

  function register(options) {
    const config = options.getConfigSignature
      ? sign('config', options, options.getConfigSignature, options.onConfigSuccess, options.onConfigFail)
      : Promise.resolve()
    registered = config.then(() =>
      options.getAgentConfigSignature
        ? sign('agentConfig', options, options.getAgentConfigSignature, options.onAgentConfigSuccess, options.onAgentConfigFail)
        : undefined,
    )
    registered.catch(() => undefined)
  }

  const api = (method) => (params) => registered.then(() => ask(method, params))
  const names = ['getContext', 'getCurExternalContact', 'getCurExternalChat', 'sendChatMessage', 'closeWindow']
  window.ww = { register, ...Object.fromEntries(names.map((name) => [name, api(name)])) }
})()
