import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn.js'
import i18next, { type PostProcessorModule } from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import { catalogue } from '#console/i18n/catalogue.ts'
import { singular } from '#console/i18n/singular.ts'

export type Language = 'zh' | 'en'

/** The Chinese catalogue is the type of the keys: a missing or misspelt key does not compile. */
export type MessageKey = Leaves<(typeof catalogue)['zh']>

type Leaves<T> = { [Key in keyof T & string]: T[Key] extends string ? Key : `${Key}.${Leaves<T[Key]>}` }[keyof T & string]

export type Translate = (key: MessageKey, values?: Record<string, string | number>) => string

export function startLanguage(language: Language): void {
  void i18next
    .use(initReactI18next)
    .use(englishOne)
    .init({
      lng: language,
      fallbackLng: 'zh',
      resources: { zh: { translation: catalogue.zh }, en: { translation: catalogue.en } },
      interpolation: { escapeValue: false },
      missingInterpolationHandler: () => '—',
      initAsync: false,
      postProcess: [englishOne.name],
    })
  markDocument(language)
}

/** Chinese knows no plural, and the keys are the Chinese ones: English is put right where a number turns out to be one. */
const englishOne: PostProcessorModule = {
  type: 'postProcessor',
  name: 'englishOne',
  process(text, key, values) {
    if (i18next.language !== 'en' || !Object.values(values).some((value) => String(value) === '1')) return text
    const plural: unknown = i18next.getResource('en', 'translation', String(key))
    if (typeof plural !== 'string') return text
    const right = singular(plural, values)
    return right === plural ? text : i18next.services.interpolator.interpolate(right, values, 'en', {})
  },
}

export function changeLanguage(language: Language): void {
  void i18next.changeLanguage(language)
  markDocument(language)
}

export function useText(): { t: Translate; language: Language } {
  const { t, i18n } = useTranslation()
  return { t: t as unknown as Translate, language: i18n.language === 'en' ? 'en' : 'zh' }
}

/** A key that comes from the server (an error code, an event name): its text where there is one, else the fallback. */
export function textOr(key: string, fallback: string, values: Record<string, string | number> = {}): string {
  const translate = i18next.t as unknown as (key: string, options: object) => string
  return i18next.exists(key) ? translate(key, values) : fallback
}

function markDocument(language: Language): void {
  dayjs.locale(language === 'zh' ? 'zh-cn' : 'en')
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}
