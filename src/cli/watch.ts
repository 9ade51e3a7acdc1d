// Watches an application's folder: says that something in it changed, once, when it has been quiet for a moment.
import { readdirSync, watch as watchFolder, type FSWatcher } from 'node:fs'
import path from 'node:path'

/** Folders nobody writes a declaration in. */
const ignored = (name: string): boolean => name === 'node_modules' || name.startsWith('.')
/** Editors save in several steps. */
const quietMs = 60

/** `trouble`: told of folders that cannot be watched. Calls `changed` after changes of .ts, .js and .json files. It keeps the process alive until it is closed. */
export function watch(folder: string, changed: () => void, trouble: (why: string) => void): { close(): void } {
  const watchers = new Map<string, FSWatcher>()
  let timer: NodeJS.Timeout | null = null
  let closed = false
  const soon = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => { timer = null; if (!closed) changed() }, quietMs)
  }
  // Folder by folder, because the recursive watch of some systems walks node_modules as well.
  const add = (at: string): void => {
    if (closed || watchers.has(at)) return
    let inner: string[]
    try {
      inner = readdirSync(at, { withFileTypes: true }).filter(e => e.isDirectory() && !ignored(e.name)).map(e => e.name)
      const watcher = watchFolder(at, (event, name) => {
        if (name !== null && ignored(name)) return
        if (event === 'rename') addNew(at)
        if (name === null || /\.([cm]?[jt]s|json)$/.test(name)) soon()
      })
      watcher.on('error', () => { watcher.close(); watchers.delete(at) }) // the folder is gone
      watchers.set(at, watcher)
    } catch (error) {
      const { code, message } = error as { code?: string; message: string }
      if (code !== 'ENOENT' && code !== 'ENOTDIR') trouble(code === 'ENOSPC' ? `${at} cannot be watched: this system watches as many files as it may (fs.inotify.max_user_watches).` : `${at} cannot be watched: ${message}.`)
      return
    }
    for (const name of inner) add(path.join(at, name))
  }
  /** Folders made after the watch began. */
  const addNew = (at: string): void => {
    try {
      for (const e of readdirSync(at, { withFileTypes: true })) if (e.isDirectory() && !ignored(e.name) && !watchers.has(path.join(at, e.name))) { add(path.join(at, e.name)); soon() }
    } catch { /* gone meanwhile */ }
  }
  add(folder)
  return {
    close() {
      closed = true
      if (timer !== null) clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}
