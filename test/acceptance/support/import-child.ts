// A process of its own that runs an import, to be killed: import-child.ts TENANT IMPORT FILE
import { ordersImport } from '#conversion/orders/import.ts'
import { readConfig } from '#platform/config.ts'
import { createContext, systemActor } from '#platform/context.ts'
import { runImport } from '#platform/imports/engine.ts'
import { openInstallation } from '#platform/installation.ts'

const [tenant, importId, path] = process.argv.slice(2)
const installation = await openInstallation(readConfig(), 'import-child')
const ctx = createContext(installation, Number(tenant), systemActor, 'import-child')
await runImport(ctx, { kind: ordersImport, importId: Number(importId), path: path ?? '' })
await installation.close()
