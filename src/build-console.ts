import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Builds the console's pages when their sources changed since the last build; a second start skips it. */
export async function buildConsole(say: (text: string) => void): Promise<void> {
  const stamp = join(root, 'console/dist/.built-from')
  const fingerprint = fingerprintOf()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return
  say('Building the console …')
  const { build } = await import('vite')
  const { NODE_ENV } = process.env
  // A test runner says "test" here, and the libraries would put their slow development halves into what everybody is served.
  process.env.NODE_ENV = 'production'
  try {
    await build({ configFile: join(root, 'console/vite.config.ts'), logLevel: 'error' })
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  }
  writeFileSync(stamp, fingerprint)
}

function fingerprintOf(): string {
  const hash = createHash('sha256')
  const files = globSync(['console/**/*.{ts,tsx,css,html,svg}', 'src/**/schema.ts', 'package.json'], {
    cwd: root,
    exclude: ['console/dist/**'],
  })
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}
