import type { z } from 'zod'
import type { Delivery, DeliveryDetails, NewWebhook, Webhook, WebhookBody, WebhookPatch } from '#connectors/webhooks/schema.ts'
import { patch, post, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import type { PlannedEvent } from '#insight/tracking/schema.ts'
import type { ApiKey, CreatedApiKey, NewApiKey } from '#management/team/api-keys/schema.ts'

/** `id` is what a key holds, `name` how it is called. */
export interface PermissionName {
  id: string
  name: string
  zh: string
  en: string
}

export const useApiKeys = () => useList<ApiKey>('api-keys')
export const useCreateApiKey = () =>
  useCommand((body: z.infer<typeof NewApiKey>) => post<z.infer<typeof CreatedApiKey>>('api-keys', body), ['api-keys'])
export const useDeleteApiKey = () => useCommand((id: string) => remove(`api-keys/${id}`), ['api-keys'])
export const usePermissionNames = () => useResource<{ items: PermissionName[] }>('permissions')

export const useWebhooks = () => useList<Webhook>('webhooks')
export const useCreateWebhook = () =>
  useCommand((body: z.input<typeof WebhookBody>) => post<z.infer<typeof NewWebhook>>('webhooks', body), ['webhooks'])
export const useChangeWebhook = () =>
  useCommand(({ id, ...change }: WebhookPatch & { id: string }) => patch<Webhook>(`webhooks/${id}`, change), ['webhooks'])
export const useDeleteWebhook = () => useCommand((id: string) => remove(`webhooks/${id}`), ['webhooks'])
export type WebhookInput = z.input<typeof WebhookBody>
export type { WebhookPatch }

export const useDeliveries = (id: string) => useList<Delivery>(`webhooks/${id}/deliveries`, {}, 4000)
export const useDelivery = (id: string) => useResource<DeliveryDetails>(`webhook-deliveries/${id}`)
export const useTestWebhook = () => useCommand((id: string) => post(`webhooks/${id}/test`), ['webhooks'])
export const useReplayDelivery = () => useCommand((id: string) => post(`webhook-deliveries/${id}/replay`), ['webhooks'])

/** Names of events with their titles, for choosing what a webhook hears. */
export const usePlan = () => useResource<{ items: PlannedEvent[] }>('tracking-plan')
