/** Shapes of the API that more than one folder of the console uses; those of a single noun stand in its own queries.ts. */
export interface Session {
  employee: { id: string; name: string; avatar?: string | null; role: string | { id: string; name: string }; permissions: string[] }
  tenant: { id: string; name: string; timezone: string; currency: string }
  language?: string
}

export interface Named {
  id: string
  name: string
}

export interface Job {
  id: string
  kind: string
  name: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  done: number
  total: number | null
}
