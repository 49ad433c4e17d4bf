import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** A state of the program in its history, or why it is not to be had here. */
export type Found = { commit: string } | { why: string }

/**
 * The program as it was before its newest migration: the last one that knows only the schema before. `UPGRADE_FROM` names
 * another commit or tag to come from.
 */
export function previousVersion(): Found {
  return inHistory(() => {
    if (process.env.UPGRADE_FROM) return commitNamed(process.env.UPGRADE_FROM)
    if (git('ls-files', '--others', '--', ...migrationFiles)) return commitNamed('HEAD')
    const added = git('log', '-1', '--diff-filter=A', '--format=%H', '--', ...migrationFiles)
    return added ? commitNamed(`${added}^`) : { why: 'no migration has ever been added' }
  })
}

/** The program as it was before this file came. */
export const versionBefore = (file: string): Found =>
  inHistory(() => {
    const added = git('log', '-1', '--diff-filter=A', '--format=%H', '--', file)
    return commitNamed(added ? `${added}^` : 'HEAD')
  })

const migrationFiles = ['migrations/postgres/[0-9]*.sql', 'migrations/clickhouse/[0-9]*.sql']

function inHistory(look: () => Found): Found {
  try {
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(root)) return { why: 'this folder is not a clone' }
    return look()
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string }
    return { why: code === 'ENOENT' ? 'git is not installed' : `git says: ${stderr?.split('\n')[0] ?? String(error)}` }
  }
}

function commitNamed(name: string): Found {
  try {
    return { commit: git('rev-parse', '--verify', '--quiet', `${name}^{commit}`) }
  } catch {
    return { why: `the history does not reach back to ${name} (is the clone shallow?)` }
  }
}

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 50_000_000 }).trim()

/** Files of `src` at that commit that name this word. */
export function filesNaming(commit: string, word: string): string[] {
  try {
    return git('grep', '--word-regexp', '--fixed-strings', '--files-with-matches', word, commit, '--', 'src').split('\n')
  } catch (error) {
    // Nobody names it.
    if ((error as { status?: number }).status === 1) return []
    throw error
  }
}

/** That state of the program in a folder of its own, with the packages of this one; undefined when it needs one that is gone. */
export function unpack(commit: string): { folder: string; missing: string[]; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'liuliang-previous-'))
  const archive = join(folder, 'previous.tar')
  git('archive', '--format=tar', `--output=${archive}`, commit)
  execFileSync('tar', ['-xf', archive, '-C', folder])
  rmSync(archive)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  const missing = Object.keys(dependencies).filter((name) => !existsSync(join(root, 'node_modules', name)))
  return { folder, missing, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
