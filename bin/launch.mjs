// Plain JavaScript that an old Node can read: installs what is missing and hands over to the pinned Node.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const marker = join(root, 'node_modules', '.liuliang-installed')

/** Runs a TypeScript or JavaScript file of this project and ends with its exit code. */
export async function launch(file, args) {
  await installOnce()
  const child = spawn(pinnedNode(), ['--disable-warning=ExperimentalWarning', join(root, file), ...args], {
    stdio: 'inherit',
    // Two thousand files are read at every start; what they compile to is kept, for every process that the child begins too.
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'), ...process.env },
  })
  // A terminal's Ctrl-C reaches the child by itself; signals sent to the launcher alone must be passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => (signal !== 'SIGINT' || !process.stdin.isTTY ? child.kill(signal) : undefined))
  child.on('error', (error) => fail('node.not_started', error.message))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + (signalNumbers[signal] ?? 1) : code))
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** The lock file's fingerprint stands in node_modules after a finished install: a second start asks nobody and works offline. */
async function installOnce() {
  const fingerprint = createHash('sha256')
    .update(readFileSync(join(root, 'package.json')))
    .update(readIfThere(join(root, 'package-lock.json')))
    .digest('hex')
  const installed = () => existsSync(marker) && readFileSync(marker, 'utf8') === fingerprint
  if (installed()) return
  await withLock(join(root, '.install-lock'), () => {
    if (installed()) return
    process.stderr.write('Installing packages (first start, about a minute) …\n')
    try {
      execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: root,
        stdio: ['ignore', 2, 2],
        shell: process.platform === 'win32',
      })
    } catch {
      fail('install.failed', 'npm install did not finish; the lines above say why. Fix it and start again.')
    }
    // npm may rewrite the lock file on another platform: the fingerprint is of what stands there now.
    const after = createHash('sha256')
      .update(readFileSync(join(root, 'package.json')))
      .update(readIfThere(join(root, 'package-lock.json')))
      .digest('hex')
    mkdirSync(dirname(marker), { recursive: true })
    writeFileSync(marker, after)
  })
}

async function withLock(folder, work) {
  for (;;) {
    try {
      mkdirSync(folder)
      break
    } catch {
      if (ageSeconds(folder) > 900) rmSync(folder, { recursive: true, force: true })
      await sleep(500)
    }
  }
  const release = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', release)
  try {
    work()
  } finally {
    release()
    process.removeListener('exit', release)
  }
}

function ageSeconds(path) {
  try {
    return (Date.now() - statSync(path).mtimeMs) / 1000
  } catch {
    return 0
  }
}

/** This Node when it is new enough to run TypeScript by itself, else the one that came as a package. */
function pinnedNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const packaged = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (existsSync(packaged)) return packaged
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  return fail(
    'node.too_old',
    `Node ${process.versions.node} is too old and no packaged Node exists for ${process.platform}-${process.arch}: install Node 22.18 or newer.`,
  )
}

const readIfThere = (path) => (existsSync(path) ? readFileSync(path) : '')

function fail(code, message) {
  process.stderr.write(`${JSON.stringify({ code, message })}\n`)
  process.exit(1)
}
