// Liuliang's tracker. One file for a page of yours:
//   <script async src="https://…/t/liuliang.js" data-key="llp_…"></script>
// It sets no cookie, reads no input, and keeps an opaque device id, what could not be sent yet and what experiments showed in localStorage.
;(() => {
  const script = document.currentScript
  const earlier = window.liuliang
  if (!script || earlier?.ready) return
  const option = (name) => script.dataset[name]
  const home = new URL(option('to') || script.src, location.href).origin
  const key = option('key')

  // A private window may have no storage: then this page's memory has to do.
  const memory = {}
  const store = {
    read(name) {
      try {
        return JSON.parse(localStorage.getItem(`liuliang.${name}`))
      } catch {
        return memory[name] ?? null
      }
    },
    write(name, value) {
      memory[name] = value
      try {
        if (value === null) localStorage.removeItem(`liuliang.${name}`)
        else localStorage.setItem(`liuliang.${name}`, JSON.stringify(value))
      } catch {}
    },
  }
  const newId = () =>
    crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

  // ── Whether anything may be noted at all ────────────────────────────────────────────────────────────────────────────────
  const asksNotToBe = option('dnt') !== undefined && (navigator.doNotTrack === '1' || navigator.globalPrivacyControl === true)
  const isShown = window.name === 'liuliang-heatmap'
  const may = () => key && !asksNotToBe && !isShown && (store.read('consent') ?? option('consent') !== 'ask')

  function consent(given) {
    const before = may()
    store.write('consent', given)
    if (given && before) return
    view = undefined
    asked = {}
    if (given) return viewed()
    for (const name of ['device', 'person', 'visit', 'queue', 'trials']) store.write(name, null)
  }

  // ── Sending: in batches, again after a failure, and once in the end because every event has an id ────────────────────────
  // What is sent while a page closes may hold 64 KiB; a larger event goes alone, while the page is open.
  const most = { waiting: 300, batch: 50, bytes: 60_000 }
  let timer
  let failures = 0
  let sending = false

  function deviceNow() {
    const device = store.read('device') ?? newId()
    store.write('device', device)
    return device
  }

  function note(event, properties, at = Date.now()) {
    if (!may()) return
    const device = deviceNow()
    const person = store.read('person')
    const one = { id: newId(), event, device, timestamp: new Date(at).toISOString(), properties: { ...placed(), ...properties } }
    store.write('queue', [...(store.read('queue') ?? []), person ? { ...one, person } : one].slice(-most.waiting))
    later(2000)
  }

  function later(ms) {
    clearTimeout(timer)
    timer = setTimeout(send, ms)
  }

  const bodyOf = (events) => JSON.stringify({ events, sentAt: new Date().toISOString() })
  const doorOf = (name) => `${home}/t/${name}?key=${encodeURIComponent(key)}`
  const fits = (body) => new Blob([body]).size <= most.bytes
  const post = (name, body) => fetch(doorOf(name), { method: 'POST', body, keepalive: fits(body), credentials: 'omit' })
  const isShut = ({ status }) => status >= 500 || status === 429 || status === 408

  function fitting(events) {
    let count = events.length
    while (count > 1 && !fits(bodyOf(events.slice(0, count)))) count = count >> 1
    return events.slice(0, count)
  }

  async function send() {
    const batch = fitting((store.read('queue') ?? []).slice(0, most.batch))
    if (sending || batch.length === 0) return
    sending = true
    // What is refused as a whole would be refused again; a door that is shut or busy opens later.
    const answer = await post('e', bodyOf(batch)).catch(() => undefined)
    sending = false
    const taken = answer && !isShut(answer)
    failures = taken ? 0 : failures + 1
    if (taken) forget(batch)
    if ((store.read('queue') ?? []).length > 0) later(taken ? 0 : Math.min(60_000, 1000 * 2 ** failures) * (0.5 + Math.random()))
  }

  function forget(batch) {
    const sent = new Set(batch.map(({ id }) => id))
    store.write(
      'queue',
      (store.read('queue') ?? []).filter(({ id }) => !sent.has(id)),
    )
  }

  // A beacon tells nobody whether it arrived. What it took is sent once more next time and dropped there as known.
  function sendLeaving() {
    const batch = fitting((store.read('queue') ?? []).slice(-most.batch).reverse())
    if (batch.length > 0) navigator.sendBeacon?.(doorOf('e'), bodyOf(batch))
  }

  // ── Where a visit came from, kept for as long as it lasts ────────────────────────────────────────────────────────────────
  const pauseMs = 30 * 60_000
  const hostOf = (address) => {
    try {
      return new URL(address).hostname.replace(/^www\./, '')
    } catch {
      return ''
    }
  }

  function sourceNow() {
    const visit = store.read('visit')
    const tag = new URLSearchParams(location.search).get('utm_source')
    const from = hostOf(document.referrer)
    const going = visit && Date.now() - visit.at < pauseMs
    const source = tag || (going ? visit.source : from && from !== hostOf(location.href) ? from : 'direct')
    store.write('visit', { source, at: Date.now() })
    return source
  }

  const deviceKind = () => {
    const shortest = Math.min(screen.width, screen.height)
    return matchMedia('(pointer: coarse)').matches || /Mobi|Android/.test(navigator.userAgent)
      ? shortest < 600
        ? 'phone'
        : 'tablet'
      : 'desktop'
  }

  const placed = () => ({ path: view?.path ?? pathNow(), view: view?.id, source: sourceNow(), deviceKind: deviceKind() })

  // A page that lives behind the hash is a page of its own only where the site says so.
  const pathNow = () => location.pathname + (option('hash') === undefined ? '' : location.hash.replace(/\?.*/, ''))

  // ── One view of a page: seen, scrolled, left ─────────────────────────────────────────────────────────────────────────────
  let view

  const page = () => document.documentElement
  const pageHeight = () => Math.max(page().scrollHeight, document.body?.scrollHeight ?? 0)

  function viewed() {
    if (view && view.path === pathNow()) return
    left()
    const tags = [...new URLSearchParams(location.search)].filter(([name]) => /^utm_(source|medium|campaign|term|content)$/.test(name))
    const referrer = view ? location.origin + view.path : document.referrer.split(/[?#]/)[0]
    view = { id: newId(), path: pathNow(), since: document.hidden ? undefined : Date.now(), depth: 0, told: 0 }
    note('page.viewed', {
      title: document.title.slice(0, 200),
      site: location.origin,
      ...(referrer ? { referrer } : {}),
      ...Object.fromEntries(tags),
      pageWidth: page().scrollWidth,
      pageHeight: pageHeight(),
      viewportHeight: innerHeight,
    })
    scrolled()
  }

  function scrolled() {
    if (!view) return
    const depth = Math.min(1, (scrollY + innerHeight) / pageHeight())
    view.depth = Math.max(view.depth, Math.round(depth * 1000) / 1000)
    const quarter = Math.floor(view.depth * 4)
    if (quarter <= view.told) return
    view.told = quarter
    note('page.scrolled', { depth: view.depth, pageHeight: pageHeight() })
  }

  /** Only the time in which the page could be seen counts; a page that comes back goes on counting. */
  function left() {
    if (!view?.since) return
    note('page.left', { seconds: Math.round((Date.now() - view.since) / 100) / 10, depth: view.depth })
    view.since = undefined
  }

  // ── Clicks ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
  const secret = 'input, textarea, select, option, [contenteditable], [data-private]'

  function clicked(event) {
    const element = event.target instanceof Element ? event.target : undefined
    if (!view || !element) return
    const link = element.closest('a[href]')
    note('page.clicked', {
      x: Math.round((event.pageX / page().scrollWidth) * 10_000) / 10_000,
      y: Math.round(event.pageY),
      selector: selectorOf(element.closest('a, button, [role=button], label, img, input, select, textarea') ?? element),
      ...said(element),
      ...(link ? { link: link.href.split(/[?#]/)[0] } : {}),
      pageWidth: page().scrollWidth,
      pageHeight: pageHeight(),
    })
  }

  /** What stands on an element, never what somebody typed into one. */
  function said(element) {
    if (element.matches(secret) || element.closest('[data-private]')) return {}
    const near = element.closest('a, button, [role=button]') ?? element
    if (near.querySelector(secret)) return {}
    const text = (near.getAttribute('aria-label') || near.alt || near.textContent || '').trim().replace(/\s+/g, ' ')
    return text ? { text: [...text].slice(0, 40).join('') } : {}
  }

  /** As short as it finds the element again: up to an id, at most five steps. */
  function selectorOf(element) {
    const steps = []
    for (let one = element; one && one !== document.body && steps.length < 5; one = one.parentElement) {
      if (one.id && !/\d{4}/.test(one.id)) return [`#${CSS.escape(one.id)}`, ...steps].join(' > ')
      const tag = one.localName
      const alike = [...(one.parentElement?.children ?? [])].filter(({ localName }) => localName === tag)
      steps.unshift(alike.length > 1 ? `${tag}:nth-of-type(${alike.indexOf(one) + 1})` : tag)
    }
    return steps.join(' > ')
  }

  // ── The heat map asks the page that it draws over for its size and for where elements are ────────────────────────────────
  function measured({ source, origin, data }) {
    if (origin !== home || typeof data !== 'object' || !Array.isArray(data?.liuliangMeasure)) return
    const boxes = data.liuliangMeasure.slice(0, 200).map((selector) => {
      const box = find(selector)?.getBoundingClientRect()
      return box && { selector, x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height }
    })
    source.postMessage({ liuliangMeasured: { path: pathNow(), width: page().scrollWidth, height: pageHeight(), boxes } }, origin)
  }

  const find = (selector) => {
    try {
      return document.querySelector(selector)
    } catch {
      return null
    }
  }

  // ── What an experiment shows to this visitor: dealt there, kept here, told once it has been shown ────────────────────────
  const trialMs = { patience: 1000, believed: 5 * 60_000 }
  let asked = {}

  const trialOf = (id) => store.read('trials')?.[id]
  const keepTrial = (id, facts) => store.write('trials', { ...store.read('trials'), [id]: facts })

  // Where nothing can be kept, every page would be somebody else and might show something else.
  function keeps() {
    try {
      return localStorage.getItem('liuliang.device') !== null
    } catch {
      return false
    }
  }

  /** What was dealt before is shown at once while it is fresh, and again when no answer comes in time. */
  async function dealt(id) {
    const device = deviceNow()
    const known = trialOf(id)
    if (!keeps() || (known && Math.abs(Date.now() - known.at) < trialMs.believed)) return known
    const question = { experiment: id, device, person: store.read('person') ?? undefined, slip: known?.slip }
    const answer = post('variant', JSON.stringify(question)).then(async (answer) => {
      if (isShut(answer)) return known
      const { variant = null, slip } = await answer.json()
      // Somebody may have said no meanwhile, and be somebody else since.
      if (store.read('device') !== device) return
      const facts = slip || variant ? { variant, slip, at: Date.now(), told: known?.slip === slip && known?.told } : undefined
      keepTrial(id, facts)
      return facts
    })
    return Promise.race([answer.catch(() => known), new Promise((done) => setTimeout(() => done(known), trialMs.patience))])
  }

  /** `show` hears a variant, or null for the page as it is; false from it says that nothing of it could be seen. */
  async function variant(id, show) {
    if (may()) asked[id] ??= dealt(id)
    const found = await asked[id]
    const facts = may() ? found : undefined
    if (show(facts?.variant ?? null) === false || !facts?.slip || trialOf(id)?.told) return
    keepTrial(id, { ...facts, told: true })
    note('experiment.exposed', { slip: facts.slip })
    // Whoever leaves at once was shown it too.
    later(0)
  }

  // ── What the page itself may say ─────────────────────────────────────────────────────────────────────────────────────────
  const commands = {
    event: (name, properties) => note(name, properties),
    identify: (person) => store.write('person', person === null || person === undefined ? null : String(person)),
    consent: (given) => consent(given === true),
    view: () => viewed(),
    variant,
  }
  /** liuliang('event', {event: 'form.sent', …}), or liuliang('form.sent', {…}) for short. */
  function liuliang(command, ...said) {
    // What is told right after a page has changed is of the new page.
    if (view) viewed()
    if (command === 'event' && typeof said[0] === 'object') {
      const { event, ...properties } = said[0]
      return note(event, properties)
    }
    return Object.hasOwn(commands, command) ? commands[command](...said) : note(command, said[0])
  }
  window.liuliang = Object.assign(liuliang, { ready: true })
  for (const said of earlier?.q ?? []) liuliang(...said)

  addEventListener('message', measured)
  addEventListener('click', clicked, { capture: true, passive: true })
  addEventListener('scroll', scrolled, { passive: true })
  addEventListener('online', send)
  addEventListener('popstate', viewed)
  addEventListener('hashchange', viewed)
  for (const way of ['pushState', 'replaceState']) {
    const own = history[way]
    history[way] = function (...said) {
      own.apply(this, said)
      // Once the page has put its new title there.
      setTimeout(viewed)
    }
  }
  const hidden = () => {
    left()
    sendLeaving()
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) hidden()
    else if (view) view.since = Date.now()
  })
  addEventListener('pagehide', hidden)
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && view) view.since = Date.now()
  })
  // The size of a page is known when its pictures are there.
  if (document.readyState === 'complete') viewed()
  else addEventListener('load', viewed)
  // Ids are remembered for seven days where events go: older ones could count twice.
  const oldest = new Date(Date.now() - 6 * 86_400_000).toISOString()
  store.write(
    'queue',
    (store.read('queue') ?? []).filter(({ timestamp }) => timestamp > oldest),
  )
  later(0)
})()
