import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { inspectRoutes } from 'hono/dev'
import { describe, expect, test } from 'vitest'
import { createApp, eventDefinitions, routes } from '#app/app.ts'
import { permissionCatalogue } from '#management/team/permissions.ts'
import type { Installation } from '#platform/context.ts'
import { type Access, accessKey } from '#platform/http/router.ts'

const root = join(import.meta.dirname, '..')
const sources = globSync(['src/**/*.ts', 'console/**/*.{ts,tsx}', 'sandbox/**/*.ts'], {
  cwd: root,
  exclude: ['console/dist/**', '**/database.generated.ts'],
}).sort()
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const ranks = ['platform', 'connectors', 'management', 'conversion', 'operation', 'growth', 'insight', 'app']

/** `src/management/tags/queries.ts` → management; files directly in src (and the commands) are the app. */
function loopOf(file: string): string | undefined {
  const [, folder] = /^src\/([\w-]+)\//.exec(file) ?? []
  if (file.startsWith('src/')) return folder && ranks.includes(folder) ? folder : 'app'
  return undefined
}

function importsOf(file: string): string[] {
  return [...read(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].flatMap(([, target = '']) => {
    if (target.startsWith('#'))
      return [target.replace(/^#(app|console|test)\//, (_, name) => (name === 'app' ? 'src/' : `${name}/`)).replace(/^#/, 'src/')]
    return target.startsWith('.') ? [normalize(join(dirname(file), target))] : []
  })
}

describe('imports', () => {
  test('go down the ranks only', () => {
    const upward = sources
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const own = loopOf(file)
        if (!own) return []
        return importsOf(file)
          .filter((target) => ranks.indexOf(loopOf(target) ?? 'platform') > ranks.indexOf(own))
          .map((target) => `${file} → ${target}`)
      })
    expect(upward).toEqual([])
  })

  test('of a neighbour are its schema, queries, commands, events or a pure rule, never its routes or jobs', () => {
    const featureOf = (file: string) => /^src\/(management|conversion|operation|growth|insight)\/[\w-]+\//.exec(file)?.[0]
    const inner = sources
      .filter((file) => featureOf(file) && !file.endsWith('.test.ts'))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => featureOf(target) && featureOf(target) !== featureOf(file) && /\/(routes|jobs)\.ts$/.test(target))
          .map((target) => `${file} → ${target}`),
      )
    expect(inner).toEqual([])
  })

  test('nobody in src or console imports the sandbox', () => {
    expect(
      sources.filter(
        (file) =>
          !file.startsWith('sandbox/') && !file.endsWith('.test.ts') && importsOf(file).some((target) => target.startsWith('sandbox/')),
      ),
    ).toEqual([])
  })

  test('the console takes nothing from the server but schemas and pure rules', () => {
    const forbidden = /\/(queries|commands|routes|jobs)\.ts$|database|clickhouse\.ts|context\.ts/
    expect(
      sources
        .filter((file) => file.startsWith('console/'))
        .flatMap((file) =>
          importsOf(file)
            .filter((target) => target.startsWith('src/') && forbidden.test(target))
            .map((target) => `${file} → ${target}`),
        ),
    ).toEqual([])
  })
})

describe('routes', () => {
  const app = createApp({} as Installation)
  // Middleware of the whole frame is not a route.
  const all = inspectRoutes(app).filter(({ method }) => method !== 'ALL')

  test('exist', () => {
    expect(routes.length).toBeGreaterThan(0)
    expect(all.length).toBeGreaterThan(3)
  })

  test('all declare permission and scope', () => {
    const declared = new Set(app.routes.filter(({ handler }) => accessKey in handler).map(({ method, path }) => `${method} ${path}`))
    const missing = [...new Set(all.map(({ method, path }) => `${method} ${path}`))].filter(
      (route) => !declared.has(route) && !['GET /openapi.json'].includes(route),
    )
    expect(missing).toEqual([])
  })

  test('ask for permissions that exist', () => {
    const known = new Set<string>(['session', ...permissionCatalogue.map(({ name }) => name)])
    const asked = app.routes.flatMap(({ handler }) => (accessKey in handler ? [handler[accessKey] as Access] : []))
    expect(asked.filter(({ permission, scope }) => scope !== 'public' && !known.has(permission))).toEqual([])
  })
})

describe('schema', () => {
  const dump = read('migrations/postgres/schema.sql')
  const tables = dump.split('\n\n').filter((block) => block.startsWith('-- ') && !block.startsWith('-- Generated'))
  // Tables of the installation itself, which belong to no tenant.
  const shared = ['installation', 'tenants', 'event_load', 'consumer_positions', 'schedule_runs', 'processes']

  test('keys and indexes name the tenant first', () => {
    // Read across tenants by the spine's own processes, cleaned by age, or asked before a tenant is known (login, callback).
    const crossTenant = new RegExp(
      `(event_log_pkey|event_inbox_pkey|login_attempts_pkey|INDEX (${[
        'event_ids_received_on',
        'jobs_due',
        'jobs_leased',
        'idempotency_keys_created_at',
        'employees_login',
        'login_attempts_window_start',
        'login_states_expires_at',
        'sessions_expires_at',
        'wecom_corps_corp_id',
        'wecom_inbox_order',
        'webhook_deliveries_due',
      ].join('|')})) `,
    )
    const wrong = tables.flatMap((block) => {
      const [head = '', ...lines] = block.split('\n')
      const name = /^-- (\w+)/.exec(head)?.[1] ?? ''
      if (shared.includes(name)) return []
      return lines
        .filter(
          (line) =>
            (/(PRIMARY KEY|UNIQUE) \(/.test(line) || /INDEX/.test(line)) && !crossTenant.test(line) && !/\((tenant_id)[,)]/.test(line),
        )
        .map((line) => `${name}: ${line.trim()}`)
    })
    expect(wrong).toEqual([])
  })

  test('every tenant’s table is behind row-level security', () => {
    expect(
      tables
        .filter((block) => /\n {2}tenant_id /.test(block) && !block.split('\n')[0]?.includes('row-level security'))
        .map((block) => block.split('\n')[0]),
    ).toEqual([])
  })
})

describe('events', () => {
  test('are declared once each', () => {
    const names = eventDefinitions.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  test('are emitted by definition, never by a bare name', () => {
    expect(sources.filter((file) => /\bemit\(\s*ctx,\s*['"`]/.test(read(file)))).toEqual([])
  })
})

describe('house rules', () => {
  test('no unfinished work is left in the sources', () => {
    expect(
      sources.filter(
        (file) => !file.endsWith('.test.ts') && /\b(TODO|FIXME)\b|[Nn]ot implemented|[Cc]oming soon|敬请期待/.test(read(file)),
      ),
    ).toEqual([])
  })
})
