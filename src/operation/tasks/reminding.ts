import { DateTime } from 'luxon'

export type Due = { today: number; overdue: number; passedUp: number }

/** How long after the planned minute a reminder still makes sense: nobody is woken because a machine was down. */
const lateMinutes = 240

/** The company's day that employees are to be reminded of at this moment, if any. */
export function reminderDay(now: Date, zone: string, remindAt: number): string | undefined {
  const here = DateTime.fromJSDate(now, { zone })
  const since = here.hour * 60 + here.minute - remindAt
  return since >= 0 && since < lateMinutes ? here.toFormat('yyyy-MM-dd') : undefined
}

export function reminderText({ today, overdue, passedUp }: Due, language: 'zh' | 'en', address: string): string {
  const parts =
    language === 'zh'
      ? [today > 0 && `今天到期 ${today} 项`, overdue > 0 && `已逾期 ${overdue} 项`, passedUp > 0 && `团队逾期 ${passedUp} 项`]
      : [today > 0 && `${today} due today`, overdue > 0 && `${overdue} overdue`, passedUp > 0 && `${passedUp} overdue in your team`]
  const said = parts.filter((part) => part !== false)
  return language === 'zh' ? `【任务提醒】${said.join('，')}。\n${address}` : `Tasks: ${said.join(', ')}.\n${address}`
}
