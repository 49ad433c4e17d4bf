import { describe, expect, it } from 'vitest'
import { againDocument, askedOf, repurchaseDocument } from './queries.ts'

describe('what the trade page asks', () => {
  const asked = askedOf({ from: '2026-10-26', to: '2026-11-24' }, 'Asia/Shanghai')

  it('counts who bought again in the days that the page shows', () => {
    expect(againDocument(asked)).toEqual({ type: 'repurchase', dateFrom: '2026-10-26', dateTo: '2026-11-24' })
  })

  it('looks half a year back for cohorts, and further where the dates do', () => {
    expect(repurchaseDocument(asked)).toMatchObject({ dateFrom: '2026-05-27', dateTo: '2026-11-24' })
    expect(repurchaseDocument({ ...asked, dateFrom: '2026-01-01' })).toMatchObject({ dateFrom: '2026-01-01' })
  })
})
