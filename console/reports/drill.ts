import { readDocument } from '#console/reports/document.ts'
import type { Drill } from '#console/reports/result.tsx'

/** Whom a page lists stands in its address; what is not a question for people is none. */
export function readDrill(text: string | undefined): Drill | undefined {
  if (!text) return undefined
  try {
    const value = JSON.parse(text) as Partial<Drill>
    const report = readDocument(JSON.stringify(value.report))
    return report && typeof value.title === 'string'
      ? { title: value.title, report, ...(typeof value.group === 'string' ? { group: value.group } : {}) }
      : undefined
  } catch {
    return undefined
  }
}
