import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { identify, identifyMany } from './commands.ts'
import { resolvePersons } from './resolve-persons.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const canonical = async (ctx: Context, id: number): Promise<number> =>
  (
    await ctx.db
      .selectFrom('customers')
      .select('canonicalId')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  ).canonicalId

describe('identify', () => {
  test('the same name is the same customer, a new name beside it belongs to them too', async () => {
    const ctx = await workspace.newTenant()
    const id = await identify(ctx, [{ kind: 'unionid', value: 'u1' }], { name: '王小明' })
    expect(
      await identify(ctx, [
        { kind: 'unionid', value: 'u1' },
        { kind: 'phone', value: '+86 138-0013-8000' },
      ]),
    ).toBe(id)
    expect(await identify(ctx, [{ kind: 'phone', value: '13800138000' }])).toBe(id)
  })

  test('two known names in one list merge their customers', async () => {
    const ctx = await workspace.newTenant()
    const a = await identify(ctx, [{ kind: 'unionid', value: 'u1' }])
    const b = await identify(ctx, [{ kind: 'phone', value: '13800138000' }])
    expect(a).not.toBe(b)
    expect(
      await identify(ctx, [
        { kind: 'unionid', value: 'u1' },
        { kind: 'phone', value: '13800138000' },
      ]),
    ).toBe(a)
    expect(await canonical(ctx, b)).toBe(a)
  })

  test('twenty thousand rows at once', async () => {
    const ctx = await workspace.newTenant()
    const list = Array.from({ length: 20_000 }, (_, i) => ({
      identities: [
        { kind: 'member_no' as const, value: `m${i}` },
        { kind: 'phone' as const, value: `138${String(i).padStart(8, '0')}` },
      ],
      facts: { name: `客户${i}` },
    }))
    const started = performance.now()
    for (let at = 0; at < list.length; at += 2000) await identifyMany(ctx, list.slice(at, at + 2000), 'import')
    console.log('identifyMany new', Math.round(20_000 / ((performance.now() - started) / 1000)), 'rows/s')
    const again = performance.now()
    for (let at = 0; at < list.length; at += 2000) await identifyMany(ctx, list.slice(at, at + 2000), 'import')
    console.log('identifyMany known', Math.round(20_000 / ((performance.now() - again) / 1000)), 'rows/s')
  })

  test('resolve persons', async () => {
    const ctx = await workspace.newTenant()
    const resolve = resolvePersons(workspace)
    const started = performance.now()
    for (let round = 0; round < 10; round++)
      await resolve(
        ctx.tenantId,
        Array.from({ length: 4000 }, (_, i) => ({ person: `p${round % 2 === 0 ? i : round * 4000 + i}` })),
      )
    console.log('resolvePersons', Math.round(40_000 / ((performance.now() - started) / 1000)), 'refs/s')
  })
})
