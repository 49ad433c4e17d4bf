// A small shop of one's own, to see what a tracked page sends: pages change without loading, as in most shops on a phone.
//   /shop?tracker=http://127.0.0.1:3000/t/liuliang.js&key=llp_…&code=http://127.0.0.1:…/q/….png&experiment=xpt_…
import { goods, story } from './goods.js'

const page = document.querySelector('#page')
const samples = { title: '先喝三泡，再决定', text: '新朋友的试饮装免费，喜欢了再下单。' }
let banner = { title: '今年的第一锅茶', text: '山上现炒，三天到你的杯子里。' }

/** Settings come once in the address and stay, so that the shop can be opened again without them. */
function setting(name) {
  const given = new URLSearchParams(location.search).get(name)
  if (given !== null) localStorage.setItem(`shop.${name}`, given)
  return localStorage.getItem(`shop.${name}`)
}

const isLoopback = (address) =>
  URL.canParse(address) &&
  /^https?:$/.test(new URL(address).protocol) &&
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname)

function track() {
  const [tracker, key] = [setting('tracker'), setting('key')]
  const note = document.querySelector('#tracking')
  if (!tracker || !key || !isLoopback(tracker)) {
    note.textContent = '还没有接上埋点：在控制台“事件 → 接入代码”里打开这个商店。'
    return
  }
  const script = document.createElement('script')
  script.async = true
  script.src = tracker
  script.dataset.key = key
  document.head.append(script)
  note.textContent = `埋点已接上：${new URL(tracker).host}`
  if (setting('experiment')) tryBanner(setting('experiment'), note)
}

/** The banner of the first page is what an experiment changes: whoever gets variant b reads of samples. */
function tryBanner(experiment, note) {
  window.liuliang ??= Object.assign((...said) => window.liuliang.q.push(said), { q: [] })
  window.liuliang('variant', experiment, (variant) => {
    note.textContent += variant === null ? '；实验：原来的页面' : `；实验：${variant} 组`
    if (variant !== 'b') return
    banner = samples
    if (location.pathname === '/shop') show()
  })
}

const element = (tag, facts = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), facts)
  made.append(...children)
  return made
}

/** The code is the picture that somebody scans, or the place where it would hang. */
function codeCard() {
  const address = setting('code')
  const picture =
    address && isLoopback(address)
      ? element('img', { id: 'code', src: address, alt: '扫码加店主微信', width: 132, height: 132 })
      : element('div', { id: 'code', className: 'no-code', role: 'img', ariaLabel: '扫码加店主微信', textContent: '活码' })
  return element(
    'section',
    { className: 'code-card' },
    picture,
    element(
      'div',
      {},
      element('h2', { textContent: '加店主微信，先试再买' }),
      element('p', { textContent: '新朋友送三泡试饮装，喜欢再下单。' }),
    ),
  )
}

const card = ({ id, name, price, note, hue }) => {
  const link = element('a', { className: 'good', href: `/shop/item/${id}`, id: `good-${id}` })
  const leaf = element('span', { className: 'leaf' })
  leaf.style.setProperty('--hue', hue)
  link.append(
    leaf,
    element('strong', { textContent: name }),
    element('small', { textContent: note }),
    element('b', { textContent: `¥${price}` }),
  )
  return link
}

function home() {
  return [
    element(
      'section',
      { className: 'banner' },
      element('h1', { textContent: banner.title }),
      element('p', { textContent: banner.text }),
      element('a', { className: 'button', id: 'banner-buy', href: '/shop/item/longjing', textContent: '看看明前龙井' }),
    ),
    codeCard(),
    element('section', { id: 'goods', className: 'goods' }, ...goods.map(card)),
  ]
}

function item(good) {
  const buy = element('button', { id: 'add-to-cart', className: 'button', type: 'button', textContent: '加入购物车' })
  buy.addEventListener('click', () => {
    window.liuliang?.('event', { event: 'cart.added', product: good.id, title: good.name, price: good.price })
    buy.textContent = '已加入'
  })
  window.liuliang?.('event', { event: 'product.viewed', product: good.id, title: good.name, price: good.price })
  const leaf = element('span', { className: 'leaf large' })
  leaf.style.setProperty('--hue', good.hue)
  return [
    element(
      'section',
      { className: 'item' },
      leaf,
      element('h1', { textContent: good.name }),
      element('p', { textContent: good.note }),
      element('b', { textContent: `¥${good.price} / 50 克` }),
      buy,
    ),
    codeCard(),
  ]
}

const tale = () => [
  element('h1', { textContent: '我们的茶山' }),
  ...story.map(([title, text]) =>
    element('section', { className: 'tale' }, element('h2', { textContent: title }), element('p', { textContent: text })),
  ),
  codeCard(),
]

function show() {
  const id = /^\/shop\/item\/([a-z]+)$/.exec(location.pathname)?.[1]
  const good = goods.find((one) => one.id === id)
  document.title = good ? `${good.name} · 山前茶铺` : location.pathname === '/shop/story' ? '我们的茶山 · 山前茶铺' : '山前茶铺'
  page.replaceChildren(...(good ? item(good) : location.pathname === '/shop/story' ? tale() : home()))
  if (location.hash) document.querySelector(location.hash)?.scrollIntoView()
  else scrollTo(0, 0)
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="/shop"]')
  if (!link || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  history.pushState(null, '', link.getAttribute('href'))
  show()
})
addEventListener('popstate', show)
show()
track()
