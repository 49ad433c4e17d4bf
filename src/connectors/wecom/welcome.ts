import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf } from './endpoints/catalogue.ts'
import { isWecomError, WecomUnreachable } from './errors.ts'

export type Welcome = Omit<RequestOf<'externalcontact/send_welcome_msg'>, 'welcome_code'>

export type WelcomeOutcome = 'sent' | 'late' | 'greeted_by_another' | 'no_consent'

const pauseMs = 500
/** A hanging call must leave time for another. */
const timeoutMs = 5_000

/**
 * Greets a new customer until `deadline`. Another app that is just sending may still fail, so 41096 is asked again inside the
 * twenty seconds; 41050 and 41051 are final. A broken line is asked again too: a code works once, so nobody is greeted twice.
 */
export async function sendWelcome(
  app: WecomApp,
  welcomeCode: string,
  welcome: Welcome,
  deadline: Date,
  options: CallOptions = {},
): Promise<WelcomeOutcome> {
  const { now, sleep } = app.connection
  for (;;) {
    try {
      await callWecom(
        app,
        'externalcontact/send_welcome_msg',
        { body: { welcome_code: welcomeCode, ...welcome } },
        { lane: 'first', timeoutMs, ...options },
      )
      return 'sent'
    } catch (error) {
      const outcome = outcomeOf(error)
      if (outcome) return outcome
      const mayAskAgain = isWecomError(error, 41096, -1) || error instanceof WecomUnreachable
      if (!mayAskAgain) throw error
      if (now().getTime() + pauseMs >= deadline.getTime()) {
        if (isWecomError(error, 41096)) return 'greeted_by_another'
        throw error
      }
      await sleep(pauseMs, options.signal)
    }
  }
}

function outcomeOf(error: unknown): WelcomeOutcome | undefined {
  if (isWecomError(error, 41049, 41050)) return 'late'
  if (isWecomError(error, 41051)) return 'greeted_by_another'
  return isWecomError(error, 41053) ? 'no_consent' : undefined
}
