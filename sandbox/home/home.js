// The sandbox's home: companies, faults, clock, callbacks, requests. Each section reads itself anew when it is touched.
import { call, h, listen, toast } from '/assets/phone/dom.js'
import { language, switchLanguage } from '/assets/phone/texts.js'
import { callbacks, corps } from './records.js'
import { requests } from './requests.js'
import { clock, faults } from './switches.js'
import { t } from './texts.js'

const sections = { corps, faults, clock, callbacks, requests }
const places = { corps: 'corps', faults: 'faults', clock: 'clock', callbacks: 'callbacks', requests: 'log' }

/** How often each section has been read: only the newest reading is shown. */
const readings = {}

// Nobody is interrupted while typing or with a row open.
const isBusy = (place) =>
  place.contains(document.activeElement) && document.activeElement.matches('input:not([type=checkbox]):not([type=range]), select')

async function draw(name) {
  const place = document.getElementById(places[name])
  if (isBusy(place)) return
  readings[name] = (readings[name] ?? 0) + 1
  const reading = readings[name]
  const redraw = () => draw(name).catch((error) => toast(error.message, true))
  const drawn = await sections[name]({ call, h, t, toast, redraw })
  // Somebody may have begun to type meanwhile.
  if (reading === readings[name] && !isBusy(place)) place.replaceChildren(...drawn)
}

const drawAll = (names) => Promise.all(names.map((name) => draw(name).catch((error) => toast(error.message, true))))

document.documentElement.lang = language() === 'en' ? 'en' : 'zh-CN'
for (const element of document.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t)
const switcher = document.getElementById('language')
switcher.textContent = language() === 'en' ? '中文' : 'English'
switcher.addEventListener('click', switchLanguage)
await drawAll(Object.keys(sections))
const touched = { request: 'requests', callback: 'callbacks', company: 'corps', code: 'corps', friend: 'corps', settings: 'faults' }
listen((notes) => {
  const names = new Set(notes.map((it) => touched[it.kind]).filter(Boolean))
  if (names.has('faults')) names.add('clock')
  drawAll([...names])
})
