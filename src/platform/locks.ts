import type { PoolClient } from 'pg'
import type { Installation } from './context.ts'

/**
 * Works as the only one of all processes that holds the lock of this name, or not at all while another does; says which. The lock
 * ends with its session, so a process that dies leaves none behind.
 */
export async function holdLock({ databases }: Installation, name: string, work: (holder: PoolClient) => Promise<void>): Promise<boolean> {
  const client = await databases.systemPool.connect()
  try {
    const locked = await client.query('select pg_try_advisory_lock(hashtext($1)) as held', [name])
    if (locked.rows[0].held) await work(client)
    return locked.rows[0].held
  } finally {
    // Ends the session and with it the lock, whatever state it is in.
    client.release(true)
  }
}
