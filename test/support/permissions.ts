import { permissions } from '#management/team/permissions.ts'

/** Every permission that a route may ask for. */
export const permissionCatalogue = (): string[] => ['health', 'console', 'public', 'session', ...Object.keys(permissions)]
