// A server under measurement, a process of its own: told where the database is, it tells its port, and what it has used when asked.

export interface Settings {
  readonly database: { readonly host: string; readonly port: number; readonly user: string; readonly password: string; readonly database: string }
  /** Of the tokens, HS256. */
  readonly secret: string
  readonly log: boolean
}
/** Microseconds of the process's own processor time so far, and bytes it holds. */
export interface Usage { readonly cpu: number; readonly memory: number }
export type FromPeer = { readonly kind: 'listening'; readonly port: number } | { readonly kind: 'usage'; readonly usage: Usage }

/** Starts the server with what BENCH_SETTINGS says, answers questions about it, and ends with the one who asked. */
export async function connected(start: (settings: Settings) => Promise<{ readonly port: number; readonly close: () => Promise<void> }>): Promise<void> {
  const tell = (message: FromPeer): void => { process.send?.(message) }
  const { port, close } = await start(JSON.parse(process.env['BENCH_SETTINGS'] ?? '') as Settings)
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    tell({ kind: 'usage', usage: { cpu: user + system, memory: process.memoryUsage.rss() } })
  })
  process.once('disconnect', () => { void close().then(() => process.exit()) })
  tell({ kind: 'listening', port })
}
