/** Why a step could not be done for somebody. They go on all the same; the trace and the counts say it behind the step. */
export const missedReasons = [
  'no_colleague',
  'no_app',
  'no_stage',
  'no_group',
  'no_tag',
  'no_attribute',
  'value_unfit',
  'rule_refused',
  'tag_not_in_wecom',
  'further',
  'greeted_otherwise',
  'greeting_failed',
  'greeting_unknown',
  'no_greeting',
  'no_phone',
  'no_consent',
  'stopped',
] as const
export type MissedReason = (typeof missedReasons)[number]
