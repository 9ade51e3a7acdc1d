// Under which account PostgreSQL runs. It refuses to run as root, and containers and CI are often root:
// then it runs in a user namespace, where root's files are its own, or, where those are forbidden, as another user.
import { spawnSync } from 'node:child_process'
import { chownSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

export type AsRoot = 'namespace' | 'other-user'

export type Account =
  | { readonly kind: 'self' }
  | { readonly kind: 'namespace'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'other-user'; readonly uid: number; readonly gid: number }

/**
 * The account for the data in `folder` (which need not exist yet). Data once made by another user stays that user's.
 * `asRoot` forces one of root's two ways; without it the namespace is tried first.
 */
export function account(folder: string, asRoot?: AsRoot): Account {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return { kind: 'self' }
  const owner = statSync(folder, { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid !== 0) return { kind: 'other-user', uid: owner.uid, gid: owner.gid }
  const user = somebody()
  if (asRoot !== 'other-user') {
    const namespace: Account = { kind: 'namespace', ...user }
    if (runs(namespace)) return namespace
    if (asRoot === 'namespace') throw new Error('PostgreSQL cannot run in a user namespace here: unshare --user is forbidden or missing.')
  }
  const other: Account = { kind: 'other-user', ...user }
  if (runs(other)) return other
  throw new Error('PostgreSQL does not run as root, and neither a user namespace (unshare) nor another user (setpriv) can be had here. Run this as a user who is not root, or set DATABASE_URL to a PostgreSQL server.')
}

/**
 * Program and arguments as this account. The other user keeps the one capability to enter folders: the clone may lie in a home that only root may enter,
 * and then neither the binaries nor the data need be copied elsewhere. (initdb asks with access(2), which forgets that capability but for the secure bit.)
 */
export function command(as: Account, program: string, args: readonly string[]): [string, string[]] {
  switch (as.kind) {
    case 'self': return [program, [...args]]
    case 'namespace': return ['unshare', ['--user', `--map-user=${as.uid}`, `--map-group=${as.gid}`, program, ...args]]
    case 'other-user': return ['setpriv', [`--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups', '--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--', program, ...args]]
  }
}

/** Hands a folder and all in it to the account, where files must be its own. */
export function handOver(as: Account, folder: string): void {
  if (as.kind !== 'other-user') return
  chownSync(folder, as.uid, as.gid)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(folder, name)
    if (!lstatSync(file).isSymbolicLink()) chownSync(file, as.uid, as.gid)
  }
}

const runs = (as: Account): boolean => spawnSync(...command(as, 'true', [])).status === 0

/** A user the system knows (initdb insists on a name): postgres where there is one, else nobody. */
function somebody(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'))
  const one = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody') ?? users.find(([, , uid]) => Number(uid) > 0)
  return { uid: Number(one?.[2] ?? 65534), gid: Number(one?.[3] ?? 65534) }
}
