import { ApiError } from '#console/api/client.ts'
import { textOr } from '#console/i18n/i18n.ts'
import type { Complaints } from '#console/ui/complaints.ts'
import { problemText } from '#console/ui/problem.tsx'
import type { LiveCode, Member, Schedule, Style } from '#growth/live-codes/schema.ts'
import type { Welcome } from '#growth/welcomes/schema.ts'

/** What the form holds: the body of the request. */
export interface Draft {
  name: string
  corpId?: string | undefined
  channelId: string | null
  employees: Member[]
  schedule: Schedule
  welcome: Welcome | null
  tagIds: string[]
  remark: string | null
  skipVerify: boolean
  style: Style
}

export const emptyWelcome: Welcome = { text: '', attachments: [] }

export const emptyDraft: Draft = {
  name: '',
  channelId: null,
  employees: [],
  schedule: { weekly: [], dates: [] },
  welcome: { text: '{nickname}，你好，我是{company}的{employee}，很高兴认识你。', attachments: [] },
  tagIds: [],
  remark: null,
  skipVerify: true,
  style: { template: 'card', colour: '#1a1f2b', background: '#0f9d77' },
}

export const inputOf = (code: LiveCode): Draft => ({
  name: code.name,
  corpId: code.corp.id,
  channelId: code.channel?.id ?? null,
  employees: code.employees.map(({ employee, weight, dailyCap, spare }) => ({ employeeId: employee.id, weight, dailyCap, spare })),
  schedule: code.schedule,
  welcome: code.welcome,
  tagIds: code.tags.map(({ id }) => id),
  remark: code.remark,
  skipVerify: code.skipVerify,
  style: code.style,
})

export function complaintOf(error: unknown, nameOf: (employee: number) => string): Complaints {
  if (!(error instanceof ApiError)) return { '': problemText(error) }
  const [, place] = /^employees\.(\d+)/.exec(error.field ?? '') ?? []
  const own = error.code.startsWith('live_code.') ? `liveCodes.problems.${error.code.slice('live_code.'.length)}` : ''
  return { [error.field ?? '']: textOr(own, problemText(error), { name: place === undefined ? '' : nameOf(Number(place)) }) }
}
