import { appError } from '#platform/errors.ts'
import { fillWithDemo } from '../demo/fill.ts'
import { readAddress } from '../engines.ts'
import { openWorkspace } from '../workspace.ts'
import { type Command, configFrom, printResult, textFlag } from './command.ts'

export const command: Command = {
  summary: 'demo: fill a running workspace that has nothing but the sandbox with a lively company; again it changes nothing',
  usage: '[--seed demo] [--customers 2000] [--days 90] [--data ./data] [--json]',
  options: { seed: { type: 'string' }, customers: { type: 'string' }, days: { type: 'string' } },
  async run({ flags, json }) {
    const config = configFrom(flags)
    if (!readAddress(config.dataDir))
      throw appError('demo.not_running', {
        status: 409,
        message: `Nobody serves ${config.dataDir}: start it with the demo at once, npm start -- --demo`,
        field: 'data',
      })
    const seed = textFlag(flags, 'seed')
    const wishes = {
      ...(seed && { seed }),
      customers: numberFlag(flags, 'customers', 2000, 10, 20_000),
      days: numberFlag(flags, 'days', 90, 14, 365),
    }
    const workspace = await openWorkspace(config)
    try {
      const { ctx } = workspace
      const say = (text: string) => void process.stderr.write(`${text}\n`)
      printResult(await fillWithDemo(ctx, { ...wishes, say }), json)
    } finally {
      await workspace.close()
    }
  },
}

function numberFlag(flags: Parameters<typeof textFlag>[0], name: string, usual: number, least: number, most: number): number {
  const text = textFlag(flags, name)
  if (text === undefined) return usual
  const number = Number(text)
  if (!Number.isInteger(number) || number < least || number > most)
    throw appError('command.bad_flag', { message: `--${name} is a whole number from ${least} to ${most}.`, field: name })
  return number
}
