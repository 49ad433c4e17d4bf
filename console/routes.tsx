import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { z } from 'zod'
import { holds, sessionQuery } from '#console/api/session.ts'
import { changeLanguage } from '#console/i18n/i18n.ts'
import { LoginPage } from '#console/login/login-page.tsx'
import { homeOf } from '#console/shell/loop.ts'
import { FailedPage, MissingPage } from '#console/shell/lost-pages.tsx'
import { parseSearch, stringifySearch } from '#console/shell/search-params.ts'
import { Shell } from '#console/shell/shell.tsx'
import { readPreferences } from '#console/ui/preferences.ts'

const text = z.string().optional().catch(undefined)
const day = z.iso.date().optional().catch(undefined)

const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Outlet })

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: z.object({ next: text, problem: text }),
  component: LoginPage,
})

/** Everything behind the login stands inside the shell. */
const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionQuery)
    if (!session) throw redirect({ to: '/login', search: { next: location.href === '/' ? undefined : location.href } })
    if (!readPreferences().language) changeLanguage(session.language)
  },
  component: Shell,
})

const overview = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: z.object({ from: day, to: day, channel: text, step: text }),
  // Whoever may not see the overview starts where their role works.
  beforeLoad: async ({ context }) => {
    const session = await context.client.ensureQueryData(sessionQuery)
    if (session && !holds(session, 'overview.read')) throw redirect({ to: homeOf(session) })
  },
  component: lazyRouteComponent(() => import('#console/overview/overview-page.tsx'), 'OverviewPage'),
})

const channels = createRoute({
  getParentRoute: () => app,
  path: '/channels',
  validateSearch: z.object({ archived: text }),
  component: lazyRouteComponent(() => import('#console/channels/channels-page.tsx'), 'ChannelsPage'),
})

const liveCodes = createRoute({
  getParentRoute: () => app,
  path: '/live-codes',
  validateSearch: z.object({ q: text, channel: text, employee: text, coverage: text }),
  component: lazyRouteComponent(() => import('#console/live-codes/live-codes-page.tsx'), 'LiveCodesPage'),
})

const newLiveCode = createRoute({
  getParentRoute: () => app,
  path: '/live-codes/new',
  component: lazyRouteComponent(() => import('#console/live-codes/live-code-form-page.tsx'), 'NewLiveCodePage'),
})

const liveCode = createRoute({
  getParentRoute: () => app,
  path: '/live-codes/$codeId',
  validateSearch: z.object({ from: day, to: day, step: text, employee: text }),
  component: lazyRouteComponent(() => import('#console/live-codes/live-code-page.tsx'), 'LiveCodePage'),
})

const editLiveCode = createRoute({
  getParentRoute: () => app,
  path: '/live-codes/$codeId/edit',
  component: lazyRouteComponent(() => import('#console/live-codes/live-code-form-page.tsx'), 'EditLiveCodePage'),
})

const acquisitionLinks = createRoute({
  getParentRoute: () => app,
  path: '/acquisition-links',
  validateSearch: z.object({ q: text, channel: text, employee: text, state: text }),
  component: lazyRouteComponent(() => import('#console/acquisition-links/links-page.tsx'), 'LinksPage'),
})

const acquisitionLink = createRoute({
  getParentRoute: () => app,
  path: '/acquisition-links/$linkId',
  validateSearch: z.object({ from: day, to: day, step: text, variant: text, employee: text }),
  component: lazyRouteComponent(() => import('#console/acquisition-links/link-page.tsx'), 'LinkPage'),
})

const groups = createRoute({
  getParentRoute: () => app,
  path: '/groups',
  validateSearch: z.object({ view: text, q: text, owner: text, state: text, tags: text, sort: text }),
  component: lazyRouteComponent(() => import('#console/groups/groups-page.tsx'), 'GroupsPage'),
})

const group = createRoute({
  getParentRoute: () => app,
  path: '/groups/$groupId',
  validateSearch: z.object({ from: day, to: day, view: text, q: text, kind: text, scene: text, inviter: text }),
  component: lazyRouteComponent(() => import('#console/groups/group-page.tsx'), 'GroupPage'),
})

const tasks = createRoute({
  getParentRoute: () => app,
  path: '/tasks',
  validateSearch: z.object({
    view: text,
    whose: text,
    q: text,
    employee: text,
    department: text,
    source: text,
    task: text,
    campaign: text,
  }),
  component: lazyRouteComponent(() => import('#console/tasks/tasks-page.tsx'), 'TasksPage'),
})

const followUps = createRoute({
  getParentRoute: () => app,
  path: '/follow-ups',
  validateSearch: z.object({ whose: text, employee: text }),
  component: lazyRouteComponent(() => import('#console/follow-ups/board-page.tsx'), 'BoardPage'),
})

const experiments = createRoute({
  getParentRoute: () => app,
  path: '/experiments',
  validateSearch: z.object({ view: text, q: text, state: text, draft: text }),
  component: lazyRouteComponent(() => import('#console/experiments/experiments-page.tsx'), 'ExperimentsPage'),
})

const experiment = createRoute({
  getParentRoute: () => app,
  path: '/experiments/$experimentId',
  component: lazyRouteComponent(() => import('#console/experiments/experiment-page.tsx'), 'ExperimentPage'),
})

const messages = createRoute({
  getParentRoute: () => app,
  path: '/messages',
  validateSearch: z.object({ q: text, state: text }),
  component: lazyRouteComponent(() => import('#console/outbound/messages-page.tsx'), 'MessagesPage'),
})

const newMessage = createRoute({
  getParentRoute: () => app,
  path: '/messages/new',
  validateSearch: z.object({ from: text, segment: text }),
  component: lazyRouteComponent(() => import('#console/outbound/message-form-page.tsx'), 'NewMessagePage'),
})

const message = createRoute({
  getParentRoute: () => app,
  path: '/messages/$messageId',
  validateSearch: z.object({ state: text, reason: text }),
  component: lazyRouteComponent(() => import('#console/outbound/message-page.tsx'), 'MessagePage'),
})

const editMessage = createRoute({
  getParentRoute: () => app,
  path: '/messages/$messageId/edit',
  component: lazyRouteComponent(() => import('#console/outbound/message-form-page.tsx'), 'EditMessagePage'),
})

const moments = createRoute({
  getParentRoute: () => app,
  path: '/moments',
  validateSearch: z.object({ q: text, state: text, moment: text }),
  component: lazyRouteComponent(() => import('#console/outbound/moments-page.tsx'), 'MomentsPage'),
})

const calendar = createRoute({
  getParentRoute: () => app,
  path: '/calendar',
  validateSearch: z.object({ from: day, view: text, employee: text, department: text, group: text }),
  component: lazyRouteComponent(() => import('#console/outbound/calendar-page.tsx'), 'CalendarPage'),
})

const sendRules = createRoute({
  getParentRoute: () => app,
  path: '/send-rules',
  validateSearch: z.object({ view: text, state: text, reason: text, journey: text, step: text }),
  component: lazyRouteComponent(() => import('#console/outbound/rules-page.tsx'), 'RulesPage'),
})

const journeys = createRoute({
  getParentRoute: () => app,
  path: '/journeys',
  validateSearch: z.object({ q: text, state: text, archived: text, segment: text }),
  component: lazyRouteComponent(() => import('#console/journeys/journeys-page.tsx'), 'JourneysPage'),
})

const journey = createRoute({
  getParentRoute: () => app,
  path: '/journeys/$journeyId',
  validateSearch: z.object({ step: text, people: text }),
  component: lazyRouteComponent(() => import('#console/journeys/journey-page.tsx'), 'JourneyPage'),
})

const archive = createRoute({
  getParentRoute: () => app,
  path: '/archive',
  validateSearch: z.object({
    q: text,
    employee: text,
    customer: text,
    kind: text,
    from: text,
    type: text,
    dateFrom: day,
    dateTo: day,
    who: text,
    talk: text,
    within: text,
    at: text,
  }),
  component: lazyRouteComponent(() => import('#console/archive/archive-page.tsx'), 'ArchivePage'),
})

const archiveSettings = createRoute({
  getParentRoute: () => app,
  path: '/archive-settings',
  component: lazyRouteComponent(() => import('#console/archive/settings-page.tsx'), 'ArchiveSettingsPage'),
})

const customers = createRoute({
  getParentRoute: () => app,
  path: '/customers',
  validateSearch: z.object({ q: text, tags: text, employees: text, channels: text, bought: text, from: day, to: day, sort: text }),
  component: lazyRouteComponent(() => import('#console/customers/customers-page.tsx'), 'CustomersPage'),
})

const customer = createRoute({
  getParentRoute: () => app,
  path: '/customers/$customerId',
  component: lazyRouteComponent(() => import('#console/customers/customer-page.tsx'), 'CustomerPage'),
})

const tags = createRoute({
  getParentRoute: () => app,
  path: '/tags',
  validateSearch: z.object({ view: text }),
  component: lazyRouteComponent(() => import('#console/tags/tags-page.tsx'), 'TagsPage'),
})

const orders = createRoute({
  getParentRoute: () => app,
  path: '/orders',
  validateSearch: z.object({
    q: text,
    customer: text,
    currency: text,
    status: text,
    shops: text,
    from: day,
    to: day,
    sort: text,
    order: text,
  }),
  component: lazyRouteComponent(() => import('#console/orders/orders-page.tsx'), 'OrdersPage'),
})

const employees = createRoute({
  getParentRoute: () => app,
  path: '/employees',
  validateSearch: z.object({ q: text, department: text, role: text, state: text }),
  component: lazyRouteComponent(() => import('#console/team/employees-page.tsx'), 'EmployeesPage'),
})

const roles = createRoute({
  getParentRoute: () => app,
  path: '/roles',
  validateSearch: z.object({ role: text }),
  component: lazyRouteComponent(() => import('#console/team/roles-page.tsx'), 'RolesPage'),
})

const audit = createRoute({
  getParentRoute: () => app,
  path: '/audit',
  validateSearch: z.object({ q: text, actor: text, action: text, from: day, to: day }),
  component: lazyRouteComponent(() => import('#console/audit/audit-page.tsx'), 'AuditPage'),
})

const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyRouteComponent(() => import('#console/settings/settings-page.tsx'), 'SettingsPage'),
})

const merges = createRoute({
  getParentRoute: () => app,
  path: '/merges',
  validateSearch: z.object({ view: text }),
  component: lazyRouteComponent(() => import('#console/identity/merges-page.tsx'), 'MergesPage'),
})

const attributes = createRoute({
  getParentRoute: () => app,
  path: '/attributes',
  component: lazyRouteComponent(() => import('#console/attributes/attributes-page.tsx'), 'AttributesPage'),
})

const trade = createRoute({
  getParentRoute: () => app,
  path: '/trade',
  validateSearch: z.object({ from: day, to: day, compare: text, view: text }),
  component: lazyRouteComponent(() => import('#console/trade/trade-page.tsx'), 'TradePage'),
})

const products = createRoute({
  getParentRoute: () => app,
  path: '/products',
  validateSearch: z.object({ from: day, to: day, compare: text, view: text, product: text, window: text }),
  component: lazyRouteComponent(() => import('#console/products/products-page.tsx'), 'ProductsPage'),
})

const reports = createRoute({
  getParentRoute: () => app,
  path: '/reports',
  validateSearch: z.object({ type: text }),
  component: lazyRouteComponent(() => import('#console/reports/reports-page.tsx'), 'ReportsPage'),
})

const report = createRoute({
  getParentRoute: () => app,
  path: '/reports/$reportId',
  validateSearch: z.object({ type: text, report: text, people: text, ask: text }),
  component: lazyRouteComponent(() => import('#console/reports/report-page.tsx'), 'ReportPage'),
})

const pages = createRoute({
  getParentRoute: () => app,
  path: '/pages',
  validateSearch: z.object({ from: day, to: day, by: text, target: text }),
  component: lazyRouteComponent(() => import('#console/pages/pages-page.tsx'), 'PagesPage'),
})

const heatmap = createRoute({
  getParentRoute: () => app,
  path: '/pages/heatmap',
  validateSearch: z.object({ page: text, from: day, to: day, device: text, source: text }),
  component: lazyRouteComponent(() => import('#console/pages/heatmap-page.tsx'), 'HeatmapPage'),
})

const metrics = createRoute({
  getParentRoute: () => app,
  path: '/metric-dictionary',
  validateSearch: z.object({ q: text, loop: text, state: text }),
  component: lazyRouteComponent(() => import('#console/metrics/metrics-page.tsx'), 'MetricsPage'),
})

const metric = createRoute({
  getParentRoute: () => app,
  path: '/metric-dictionary/$metricKey',
  validateSearch: z.object({ from: day, to: day, interval: text, by: text, people: text }),
  component: lazyRouteComponent(() => import('#console/metrics/metric-page.tsx'), 'MetricPage'),
})

const boards = createRoute({
  getParentRoute: () => app,
  path: '/boards',
  component: lazyRouteComponent(() => import('#console/boards/boards-page.tsx'), 'BoardsPage'),
})

const board = createRoute({
  getParentRoute: () => app,
  path: '/boards/$boardId',
  validateSearch: z.object({ days: text, edit: text, people: text }),
  component: lazyRouteComponent(() => import('#console/boards/board-page.tsx'), 'BoardPage'),
})

const segments = createRoute({
  getParentRoute: () => app,
  path: '/segments',
  validateSearch: z.object({ q: text, kind: text, archived: text }),
  component: lazyRouteComponent(() => import('#console/segments/segments-page.tsx'), 'SegmentsPage'),
})

const segment = createRoute({
  getParentRoute: () => app,
  path: '/segments/$segmentId',
  validateSearch: z.object({ view: text, rule: text }),
  component: lazyRouteComponent(() => import('#console/segments/segment-page.tsx'), 'SegmentPage'),
})

const portrait = createRoute({
  getParentRoute: () => app,
  path: '/portrait',
  validateSearch: z.object({ of: text, with: text, base: text, days: text, view: text }),
  component: lazyRouteComponent(() => import('#console/portrait/portrait-page.tsx'), 'PortraitPage'),
})

const imports = createRoute({
  getParentRoute: () => app,
  path: '/imports',
  component: lazyRouteComponent(() => import('#console/imports/imports-page.tsx'), 'ImportsPage'),
})

const newImport = createRoute({
  getParentRoute: () => app,
  path: '/imports/new',
  validateSearch: z.object({ kind: text }),
  component: lazyRouteComponent(() => import('#console/imports/new-import-page.tsx'), 'NewImportPage'),
})

const importRun = createRoute({
  getParentRoute: () => app,
  path: '/imports/$importId',
  component: lazyRouteComponent(() => import('#console/imports/import-page.tsx'), 'ImportPage'),
})

const exports = createRoute({
  getParentRoute: () => app,
  path: '/exports',
  component: lazyRouteComponent(() => import('#console/exports/exports-page.tsx'), 'ExportsPage'),
})

const integrations = createRoute({
  getParentRoute: () => app,
  path: '/integrations',
  validateSearch: z.object({ view: text, webhook: text }),
  component: lazyRouteComponent(() => import('#console/integrations/integrations-page.tsx'), 'IntegrationsPage'),
})

const corps = createRoute({
  getParentRoute: () => app,
  path: '/wecom',
  component: lazyRouteComponent(() => import('#console/integrations/wecom/corps-page.tsx'), 'CorpsPage'),
})

const connectCorp = createRoute({
  getParentRoute: () => app,
  path: '/wecom/connect',
  validateSearch: z.object({ corp: text, step: text }),
  component: lazyRouteComponent(() => import('#console/integrations/wecom/connect-page.tsx'), 'ConnectPage'),
})

const corp = createRoute({
  getParentRoute: () => app,
  path: '/wecom/$corpId',
  validateSearch: z.object({ view: text, q: text, way: text, result: text, kind: text, run: text, from: day, to: day }),
  component: lazyRouteComponent(() => import('#console/integrations/wecom/corp-page.tsx'), 'CorpPage'),
})

const operations = createRoute({
  getParentRoute: () => app,
  path: '/operations',
  validateSearch: z.object({ view: text, state: text }),
  component: lazyRouteComponent(() => import('#console/operations/operations-page.tsx'), 'OperationsPage'),
})

const events = createRoute({
  getParentRoute: () => app,
  path: '/events',
  validateSearch: z.object({ view: text, name: text, customer: text, device: text, only: text }),
  component: lazyRouteComponent(() => import('#console/events/events-page.tsx'), 'EventsPage'),
})

const attribution = createRoute({
  getParentRoute: () => app,
  path: '/attribution',
  validateSearch: z.object({ from: day, to: day, conversion: text, touch: text, property: text, days: text, by: text }),
  component: lazyRouteComponent(() => import('#console/attribution/attribution-page.tsx'), 'AttributionPage'),
})

const economics = createRoute({
  getParentRoute: () => app,
  path: '/economics',
  validateSearch: z.object({ from: day, to: day, margin: text, days: text, channel: text, sort: text }),
  component: lazyRouteComponent(() => import('#console/economics/economics-page.tsx'), 'EconomicsPage'),
})

const stages = createRoute({
  getParentRoute: () => app,
  path: '/stages',
  validateSearch: z.object({ from: day, to: day, view: text, outcome: text, early: text }),
  component: lazyRouteComponent(() => import('#console/stages/stages-page.tsx'), 'StagesPage'),
})

const waste = createRoute({
  getParentRoute: () => app,
  path: '/waste',
  validateSearch: z.object({ from: day, to: day, kind: text, days: text }),
  component: lazyRouteComponent(() => import('#console/waste/waste-page.tsx'), 'WastePage'),
})

const reviews = createRoute({
  getParentRoute: () => app,
  path: '/reviews',
  validateSearch: z.object({ from: day, to: day, of: text, days: text }),
  component: lazyRouteComponent(() => import('#console/reviews/review-page.tsx'), 'ReviewPage'),
})

const balance = createRoute({
  getParentRoute: () => app,
  path: '/balance',
  validateSearch: z.object({ from: day, to: day, repeat: text }),
  component: lazyRouteComponent(() => import('#console/balance/balance-page.tsx'), 'BalancePage'),
})

const value = createRoute({
  getParentRoute: () => app,
  path: '/value',
  validateSearch: z.object({ view: text, since: day, weights: text, score: text }),
  component: lazyRouteComponent(() => import('#console/value/value-page.tsx'), 'ValuePage'),
})

const tree = root.addChildren([
  login,
  app.addChildren([
    imports,
    newImport,
    importRun,
    exports,
    integrations,
    corps,
    connectCorp,
    corp,
    operations,
    events,
    overview,
    channels,
    liveCodes,
    newLiveCode,
    liveCode,
    editLiveCode,
    acquisitionLinks,
    acquisitionLink,
    groups,
    group,
    tasks,
    followUps,
    journeys,
    journey,
    experiments,
    experiment,
    messages,
    newMessage,
    message,
    editMessage,
    moments,
    calendar,
    sendRules,
    archive,
    archiveSettings,
    customers,
    customer,
    tags,
    orders,
    employees,
    roles,
    audit,
    settings,
    metrics,
    metric,
    boards,
    board,
    reports,
    report,
    segments,
    segment,
    portrait,
    trade,
    products,
    pages,
    heatmap,
    attribution,
    economics,
    stages,
    waste,
    balance,
    reviews,
    merges,
    attributes,
    value,
  ]),
])

export const newRouter = (client: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { client },
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultNotFoundComponent: MissingPage,
    defaultErrorComponent: FailedPage,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>
  }
}
