// The browser of the tests: the machine's chromium, and where there is none and we may, Debian's is installed (once, at the beginning of a run).
import { spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync, openSync, closeSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
/** What keeps a headless browser from talking to anybody but us. */
const quiet = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
]

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** The path of a browser; null: there is none. `BACKWRIGHT_BROWSER` says another one. */
export function findBrowser(): string | null {
  const said = process.env['BACKWRIGHT_BROWSER']
  if (said !== undefined) return said
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    for (const name of names) if (executable(path.join(folder, name))) return path.join(folder, name)
  }
  return null
}

let asked: Promise<string> | null = null

/** The path of a browser, installed if need be. Rejects with what to do where that cannot be done. */
export function ensureBrowser(): Promise<string> {
  return (asked ??= look())
}

async function look(): Promise<string> {
  const found = findBrowser()
  if (found !== null) return found
  const advice = 'no browser: install chromium (apt-get install chromium), or say one with BACKWRIGHT_BROWSER'
  if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new Error(advice)
  const unlock = await lock(path.join(tmpdir(), 'backwright-chromium.lock'))
  try {
    const meanwhile = findBrowser()
    if (meanwhile !== null) return meanwhile
    console.error('Setting up (once): Debian\'s chromium, for the tests in a browser, about 400 MB on disk.')
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const run = (...given: string[]) => new Promise<string | null>(resolve => {
      let out = ''
      const child = spawn('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...given], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { out += text })
      child.on('error', e => resolve(e.message))
      child.on('close', code => resolve(code === 0 ? null : out.slice(-1000)))
    })
    const install = () => run('install', '-y', '-q', '--no-install-recommends', 'chromium')
    // The lists of packages may be missing or old: then once more, with fresh ones.
    const failed = await install() === null ? null : await run('update', '-q') ?? await install()
    const installed = findBrowser()
    if (installed === null) throw new Error(`${advice}\n${failed ?? ''}`)
    return installed
  } finally {
    unlock()
  }
}

/** One process at a time; a lock that nobody can still hold is taken over. */
async function lock(file: string): Promise<() => void> {
  mkdirSync(path.dirname(file), { recursive: true })
  for (;;) {
    try {
      closeSync(openSync(file, 'wx'))
      return () => rmSync(file, { force: true })
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e
      const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
      if (age > 5 * 60_000) rmSync(file, { force: true })
      else await new Promise(resolve => setTimeout(resolve, 200))
    }
  }
}

/** A headless browser of its own; whoever asked for it closes it. */
export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: await ensureBrowser(), headless: true, args: quiet })
}
