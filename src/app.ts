import type { Hono } from 'hono'
import { openAPIRouteHandler } from 'hono-openapi'
import { deliverWebhooks, webhookConsumer } from '#connectors/webhooks/jobs.ts'
import { webhooks } from '#connectors/webhooks/routes.ts'
import { orderAmended, orderPaid, orderPlaced, orderRefunded } from '#conversion/events.ts'
import { ordersExport } from '#conversion/orders/export.ts'
import { orderLinesImport, ordersImport } from '#conversion/orders/import.ts'
import { orderLineSchedules } from '#conversion/orders/mirror.ts'
import { productsImport } from '#conversion/orders/products-import.ts'
import { orderHooks, orders, shops } from '#conversion/orders/routes.ts'
import { acquiredExport } from '#growth/acquisition-links/export.ts'
import { greetByAcquisitionLink } from '#growth/acquisition-links/greeting.ts'
import { acquisitionLinkJobs, acquisitionLinkSchedules } from '#growth/acquisition-links/jobs.ts'
import { acquisitionShortLinks } from '#growth/acquisition-links/public-routes.ts'
import { acquisitionLinkReactions } from '#growth/acquisition-links/reactions.ts'
import { acquisitionLinks } from '#growth/acquisition-links/routes.ts'
import { acquisitionLinksOfWecom } from '#growth/acquisition-links/wecom.ts'
import { channels } from '#growth/channels/routes.ts'
import { growthEventDefinitions } from '#growth/events.ts'
import { greetByLiveCode } from '#growth/live-codes/greeting.ts'
import { liveCodeJobs, liveCodeSchedules } from '#growth/live-codes/jobs.ts'
import { liveCodeLinks } from '#growth/live-codes/public-routes.ts'
import { liveCodeReactions } from '#growth/live-codes/reactions.ts'
import { liveCodes } from '#growth/live-codes/routes.ts'
import { spendImport } from '#growth/spends/import.ts'
import { spends } from '#growth/spends/routes.ts'
import { ask } from '#insight/ask/routes.ts'
import { boardSchedules } from '#insight/boards/jobs.ts'
import { boards } from '#insight/boards/routes.ts'
import { journeyEffects, messageEffects } from '#insight/effects/routes.ts'
import { insightEventDefinitions } from '#insight/events.ts'
import { experimentSchedules } from '#insight/experiments/jobs.ts'
import { controlReadOuts, experimentReadOuts } from '#insight/experiments/routes.ts'
import { tellDirectMessages, tellGroupMessages } from '#insight/group-messages/archive.ts'
import { groupMessagesImport } from '#insight/group-messages/import.ts'
import { metricSchedules } from '#insight/metrics/jobs.ts'
import { metrics } from '#insight/metrics/routes.ts'
import { overview } from '#insight/overview/routes.ts'
import { requireKnownProperties } from '#insight/reports/known-properties.ts'
import { layers } from '#insight/reports/layers/routes.ts'
import { plansUsing } from '#insight/reports/plan-uses.ts'
import { reports } from '#insight/reports/routes.ts'
import { insightSettings } from '#insight/reports/settings/routes.ts'
import { stageRuleRoutes } from '#insight/reports/stages/routes.ts'
import { reportsUsing } from '#insight/reports/uses.ts'
import { wasteExport } from '#insight/reports/waste/export.ts'
import { searching } from '#insight/search/routes.ts'
import { segmentMembersExport } from '#insight/segments/export.ts'
import { rulesForJourneys } from '#insight/segments/journey-rules.ts'
import { keepSegments } from '#insight/segments/live/keeper.ts'
import { memberIds } from '#insight/segments/queries.ts'
import { segments } from '#insight/segments/routes.ts'
import { segmentsUsing, tagWriters } from '#insight/segments/rule-tags.ts'
import { keepTrails } from '#insight/stores/trail-builder.ts'
import { eventsImport } from '#insight/tracking/import.ts'
import { tracking } from '#insight/tracking/routes.ts'
import { tracker } from '#insight/tracking/tracker-routes.ts'
import { consentsFromCallbacks } from '#management/archive/consents.ts'
import { archiveExport } from '#management/archive/export.ts'
import { chatRecordsImport } from '#management/archive/import.ts'
import { runArchive } from '#management/archive/pull.ts'
import type { Rooms } from '#management/archive/rooms.ts'
import { archive } from '#management/archive/routes.ts'
import { lookBack } from '#management/archive/watched-words.ts'
import { archiveOfWecom } from '#management/archive/wecom.ts'
import { customersExport } from '#management/customers/export.ts'
import { customersImport, phonesImport, tagsImport } from '#management/customers/import.ts'
import { bulkTagging, customerSchedules } from '#management/customers/jobs.ts'
import { attributes, customers } from '#management/customers/routes.ts'
import { customersEventDefinitions, employeeEventDefinitions, segmentEventDefinitions, wecomEventDefinitions } from '#management/events.ts'
import { mergeReviews, merges } from '#management/identity/routes.ts'
import { wecomLogin } from '#management/login/routes.ts'
import { tagGroups, tags, tagTemplateRoutes } from '#management/tags/routes.ts'
import type { TagUses } from '#management/tags/uses.ts'
import { apiKeys } from '#management/team/api-keys/routes.ts'
import { audits } from '#management/team/audit/routes.ts'
import { authenticate } from '#management/team/authenticate.ts'
import { departments } from '#management/team/departments/routes.ts'
import { employees } from '#management/team/employees/routes.ts'
import { accessSchedules } from '#management/team/jobs.ts'
import { permissions, roles } from '#management/team/roles/routes.ts'
import { sessions } from '#management/team/sessions/routes.ts'
import { settings } from '#management/team/settings/routes.ts'
import { together } from '#management/uses.ts'
import { wecomCallbacks } from '#management/wecom/callback-routes.ts'
import { repairsExport } from '#management/wecom/export.ts'
import type { WecomPart } from '#management/wecom/parts.ts'
import { refreshCustomer } from '#management/wecom/refresh.ts'
import { wecomCorps } from '#management/wecom/routes.ts'
import { wecomSchedules } from '#management/wecom/schedules.ts'
import { syncCorp } from '#management/wecom/sync.ts'
import { tagsToWecom } from '#management/wecom/tag-pushes.ts'
import type { WelcomeDecider } from '#management/wecom/welcome.ts'
import { runWecom } from '#management/wecom/work.ts'
import { approvals } from '#operation/approvals/routes.ts'
import { calendar } from '#operation/calendar/routes.ts'
import { operationEventDefinitions } from '#operation/events.ts'
import { controlGroup, experiments } from '#operation/experiments/routes.ts'
import { followUps } from '#operation/follow-ups/routes.ts'
import { groupCodeJobs, groupCodeSchedules } from '#operation/group-codes/jobs.ts'
import { groupCodes } from '#operation/group-codes/routes.ts'
import { groupCodesOfWecom } from '#operation/group-codes/wecom.ts'
import { groupsExport } from '#operation/groups/export.ts'
import { findGroups } from '#operation/groups/queries.ts'
import { groups } from '#operation/groups/routes.ts'
import { groupTags } from '#operation/groups/tag-routes.ts'
import { groupsOfWecom, refreshGroup } from '#operation/groups/wecom.ts'
import { greetByJourney } from '#operation/journeys/greeting.ts'
import { journeyReactions } from '#operation/journeys/hearing.ts'
import { journeySchedules, prepareGreetings } from '#operation/journeys/jobs.ts'
import { runJourneys } from '#operation/journeys/loop.ts'
import { journeys } from '#operation/journeys/routes.ts'
import { requireJourney, requireStep } from '#operation/journeys/trials.ts'
import { journeysUsing } from '#operation/journeys/uses.ts'
import { marketingResults } from '#operation/marketing-tasks/counting.ts'
import { marketingShortLinks } from '#operation/marketing-tasks/public-routes.ts'
import { marketingTasks } from '#operation/marketing-tasks/routes.ts'
import { messageJobs, messageSchedules } from '#operation/messages/jobs.ts'
import { messagesByGroupTag } from '#operation/messages/queries.ts'
import type { MembersOfSegment } from '#operation/messages/receivers.ts'
import { messages } from '#operation/messages/routes.ts'
import { requireMessage } from '#operation/messages/trials.ts'
import { messagesUsing } from '#operation/messages/uses.ts'
import { runMoments } from '#operation/moments/publisher.ts'
import { moments } from '#operation/moments/routes.ts'
import { consentReactions } from '#operation/outbound/consents.ts'
import { unlessStopped } from '#operation/outbound/greeting.ts'
import { outbound } from '#operation/outbound/routes.ts'
import { runSender } from '#operation/outbound/sender.ts'
import { dealForGood, foreseeDeal } from '#operation/outbound/trials.ts'
import { massMessagesOfWecom } from '#operation/outbound/wecom.ts'
import { tasksExport } from '#operation/tasks/export.ts'
import { taskSchedules } from '#operation/tasks/jobs.ts'
import { tasks } from '#operation/tasks/routes.ts'
import type { Installation } from '#platform/context.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import type { Consumer } from '#platform/events/consumers.ts'
import { exportJob, exportSchedules } from '#platform/exports/commands.ts'
import type { ExportKind } from '#platform/exports/kind.ts'
import { exports } from '#platform/exports/routes.ts'
import { files } from '#platform/http/file-routes.ts'
import { health } from '#platform/http/health.ts'
import { idempotency } from '#platform/http/idempotency.ts'
import type { AppEnv } from '#platform/http/router.ts'
import { createServer } from '#platform/http/server.ts'
import { serveConsole } from '#platform/http/static.ts'
import { internalId } from '#platform/ids.ts'
import { importJob, importSchedules } from '#platform/imports/jobs.ts'
import type { ImportKind } from '#platform/imports/kind.ts'
import { imports } from '#platform/imports/routes.ts'
import type { Job, Schedule } from '#platform/jobs.ts'
import { housekeeping } from '#platform/operations/housekeeping.ts'
import { operations } from '#platform/operations/routes.ts'
import { version } from '#platform/version.ts'

// The only place that knows every feature. A new feature adds its lines here and nowhere else.

/** Readers of the event log. */
export const consumers: readonly Consumer[] = [
  webhookConsumer,
  tagsToWecom,
  consentsFromCallbacks,
  liveCodeReactions,
  acquisitionLinkReactions,
  journeyReactions,
  marketingResults,
  consentReactions,
]

/** What the archive asks about rooms, and tells. */
const rooms: Rooms = { find: findGroups, tell: tellGroupMessages, tellDirect: tellDirectMessages }

/** What a file can hold. */
export const importKinds: readonly ImportKind[] = [
  ordersImport,
  orderLinesImport,
  customersImport,
  productsImport,
  eventsImport,
  tagsImport,
  phonesImport,
  groupMessagesImport,
  chatRecordsImport(rooms),
  spendImport,
]

const imported = importJob(importKinds)

/** Lists that can be taken away as a file. */
export const exportKinds: readonly ExportKind[] = [
  ordersExport,
  customersExport,
  groupsExport,
  tasksExport,
  archiveExport,
  acquiredExport,
  repairsExport,
  segmentMembersExport,
  wasteExport,
]

export const exported = exportJob(exportKinds)

/** What features above the connection read of WeCom. */
export const wecomParts: readonly WecomPart[] = [
  groupsOfWecom,
  groupCodesOfWecom,
  massMessagesOfWecom,
  archiveOfWecom,
  acquisitionLinksOfWecom,
]

/** Whom a message to a segment is for. */
const membersOfSegment: MembersOfSegment = (ctx, segment) => memberIds(ctx, internalId(ctx, 'seg', segment))

/** Who needs a tag, a segment, a channel, a journey or an attribute that somebody wants to take away. */
const users = together(segmentsUsing, reportsUsing, journeysUsing, messagesUsing, plansUsing)
const tagUses: TagUses = { writers: tagWriters, users }

/** Work that outlives a request. */
export const jobs: readonly Job[] = [
  lookBack,
  bulkTagging,
  syncCorp(wecomParts),
  refreshCustomer,
  refreshGroup,
  ...liveCodeJobs,
  ...acquisitionLinkJobs,
  ...groupCodeJobs,
  ...messageJobs(membersOfSegment),
  prepareGreetings,
  imported,
  exported,
]

/** Work at planned moments. */
export const schedules: readonly Schedule[] = [
  ...housekeeping,
  ...wecomSchedules,
  ...accessSchedules,
  ...liveCodeSchedules,
  ...acquisitionLinkSchedules,
  ...groupCodeSchedules,
  ...taskSchedules,
  ...messageSchedules,
  ...journeySchedules,
  ...customerSchedules(() => eventDefinitions),
  ...orderLineSchedules,
  ...importSchedules,
  ...exportSchedules,
  ...metricSchedules,
  ...experimentSchedules,
  ...boardSchedules,
  deliverWebhooks,
]

/** Whoever knows what to say to a new friend, asked in this order. */
const welcomes: readonly WelcomeDecider[] = [greetByLiveCode, greetByAcquisitionLink, greetByJourney(rulesForJourneys)].map(unlessStopped)

/** What a worker does all the time beside consumers, jobs and schedules. */
export const loops: readonly ((installation: Installation, signal: AbortSignal) => Promise<void>)[] = [
  (installation, signal) => runWecom(installation, welcomes, signal, wecomParts),
  (installation, signal) => runArchive(installation, rooms, signal),
  keepSegments,
  (installation, signal) => runJourneys(installation, rulesForJourneys, signal),
  keepTrails,
  (installation, signal) => runSender(installation, dealForGood, signal),
  runMoments,
]

/** Everything that may be emitted. */
export const eventDefinitions: readonly EventDefinition[] = [
  ...customersEventDefinitions,
  ...segmentEventDefinitions,
  ...employeeEventDefinitions,
  ...wecomEventDefinitions,
  ...operationEventDefinitions,
  ...growthEventDefinitions,
  ...insightEventDefinitions,
  orderPlaced,
  orderPaid,
  orderAmended,
  orderRefunded,
]

/** Path prefix → routes. */
export const routes: readonly (readonly [path: string, routes: Hono<AppEnv>])[] = [
  ['/', health],
  ['/api/v1', operations(consumers)],
  ['/api/v1', tracking(eventDefinitions)],
  ['/t', tracker(eventDefinitions)],
  ['/api/v1', webhooks],
  ['/api/v1/session', sessions],
  ['/api/v1/session/wecom', wecomLogin],
  ['/api/v1/employees', employees],
  ['/api/v1/departments', departments],
  ['/api/v1/roles', roles],
  ['/api/v1/permissions', permissions],
  ['/api/v1/api-keys', apiKeys],
  ['/api/v1/settings', settings],
  ['/api/v1/audit', audits],
  ['/api/v1/orders', orders],
  ['/api/v1/shops', shops],
  ['/hooks/orders', orderHooks],
  ['/api/v1/files', files],
  ['/api/v1/exports', exports(exportKinds, exported)],
  ['/api/v1/imports', imports(importKinds, imported)],
  ['/api/v1/customers', customers(eventDefinitions)],
  ['/api/v1/attributes', attributes(users)],
  ['/api/v1/merges', merges],
  ['/api/v1/merge-reviews', mergeReviews],
  ['/api/v1/tag-groups', tagGroups(tagUses)],
  ['/api/v1/tags', tags(tagUses)],
  ['/api/v1/tag-templates', tagTemplateRoutes],
  ['/api/v1/channels', channels(users)],
  ['/api/v1/spends', spends],
  ['/api/v1/live-codes', liveCodes],
  ['/api/v1/acquisition-links', acquisitionLinks],
  ['/api/v1/groups', groups],
  ['/api/v1/group-tags', groupTags(messagesByGroupTag)],
  ['/api/v1/group-codes', groupCodes],
  ['/api/v1/tasks', tasks],
  ['/api/v1/marketing-tasks', marketingTasks],
  ['/api/v1/follow-ups', followUps],
  ['/m', marketingShortLinks],
  ['/api/v1/experiments', experimentReadOuts],
  [
    '/api/v1/experiments',
    experiments({ journey: requireJourney, journey_step: requireStep, message: requireMessage }, requireKnownProperties),
  ],
  ['/api/v1/control-group', controlReadOuts],
  ['/api/v1/control-group', controlGroup],
  ['/api/v1/messages', messageEffects],
  ['/api/v1/journeys', journeyEffects],
  ['/api/v1/messages', messages({ deal: foreseeDeal, membersOfSegment })],
  ['/api/v1/outbound', outbound],
  ['/api/v1/moments', moments],
  ['/api/v1/approvals', approvals],
  ['/api/v1/calendar', calendar],
  ['/api/v1/archive', archive],
  ['/api/v1/ask', ask(eventDefinitions)],
  ['/api/v1/reports', reports],
  ['/api/v1/layers', layers],
  ['/api/v1/insight-settings', insightSettings],
  ['/api/v1/journeys', journeys(rulesForJourneys, users)],
  ['/api/v1/segments', segments],
  ['/api/v1/boards', boards],
  ['/api/v1/metrics', metrics],
  ['/api/v1/overview', overview],
  ['/api/v1/stage-rules', stageRuleRoutes],
  ['/api/v1/search', searching],
  ['/l', liveCodeLinks],
  ['/a', acquisitionShortLinks],
  ['/api/v1/wecom/corps', wecomCorps],
  ['/callback/wecom', wecomCallbacks],
]

/** All routes behind one frame, with `/openapi.json` made from them. */
export function createApp(installation: Installation): Hono<AppEnv> {
  const app = createServer(installation, authenticate)
  app.use(idempotency)
  for (const [path, feature] of routes) app.route(path, feature)
  app.get(
    '/openapi.json',
    openAPIRouteHandler(app, {
      documentation: {
        openapi: '3.1.0',
        info: { title: 'Liuliang', version, description: 'Open private-domain operation system 企业私域运营系统' },
        components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
        security: [{ key: [] }],
      },
    }),
  )
  serveConsole(app, installation)
  return app
}
