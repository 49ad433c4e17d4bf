import { acquisitionLinks } from '#console/acquisition-links/messages.ts'
import { archive } from '#console/archive/messages.ts'
import { attributes } from '#console/attributes/messages.ts'
import { attribution } from '#console/attribution/messages.ts'
import { audit } from '#console/audit/messages.ts'
import { balance } from '#console/balance/messages.ts'
import { boards } from '#console/boards/messages.ts'
import { channels } from '#console/channels/messages.ts'
import { customers } from '#console/customers/messages.ts'
import { economics } from '#console/economics/messages.ts'
import { knownEvents } from '#console/events/known-names.ts'
import { events } from '#console/events/messages.ts'
import { experiments } from '#console/experiments/messages.ts'
import { exports } from '#console/exports/messages.ts'
import { followUps } from '#console/follow-ups/messages.ts'
import { groups } from '#console/groups/messages.ts'
import { identity } from '#console/identity/messages.ts'
import { imports } from '#console/imports/messages.ts'
import { integrations } from '#console/integrations/messages.ts'
import { wecom } from '#console/integrations/wecom/messages.ts'
import { journeys } from '#console/journeys/messages.ts'
import { liveCodes } from '#console/live-codes/messages.ts'
import { login } from '#console/login/messages.ts'
import { metrics } from '#console/metrics/messages.ts'
import { operations } from '#console/operations/messages.ts'
import { orders } from '#console/orders/messages.ts'
import { outbound } from '#console/outbound/messages.ts'
import { overview } from '#console/overview/messages.ts'
import { pages } from '#console/pages/messages.ts'
import { portrait } from '#console/portrait/messages.ts'
import { products } from '#console/products/messages.ts'
import { reports } from '#console/reports/messages.ts'
import { paths } from '#console/reports/paths-messages.ts'
import { reviews } from '#console/reviews/messages.ts'
import { scores } from '#console/scores/messages.ts'
import { segments } from '#console/segments/messages.ts'
import { settings } from '#console/settings/messages.ts'
import { shell } from '#console/shell/messages.ts'
import { stages } from '#console/stages/messages.ts'
import { tags } from '#console/tags/messages.ts'
import { tasks } from '#console/tasks/messages.ts'
import { team } from '#console/team/messages.ts'
import { trade } from '#console/trade/messages.ts'
import { errors, ui } from '#console/ui/messages.ts'
import { value } from '#console/value/messages.ts'
import { waste } from '#console/waste/messages.ts'

/** Every text of the console: one messages.ts per folder, named by the folder. */
const folders = {
  ui,
  errors,
  shell,
  login,
  overview,
  channels,
  liveCodes,
  acquisitionLinks,
  groups,
  tasks,
  followUps,
  experiments,
  outbound,
  journeys,
  archive,
  customers,
  tags,
  orders,
  team,
  audit,
  settings,
  reports,
  segments,
  scores,
  portrait,
  metrics,
  boards,
  pages,
  paths,
  imports,
  exports,
  integrations,
  wecom,
  operations,
  events,
  knownEvents,
  attributes,
  identity,
  trade,
  products,
  attribution,
  economics,
  stages,
  waste,
  balance,
  reviews,
  value,
}

export const catalogue = {
  zh: pick('zh'),
  en: pick('en'),
}

function pick<Language extends 'zh' | 'en'>(language: Language): { [Name in keyof typeof folders]: (typeof folders)[Name][Language] } {
  return Object.fromEntries(Object.entries(folders).map(([name, both]) => [name, both[language]])) as never
}
