// The application under measurement, the main file of a process of its own: opened and served as `backwright start` does it, its log written. Only what works beside requests
// is left out: what is measured here must tell nobody outside, by webhook or by mail.
import { open } from '../../application/index.ts'
import { jsonLog } from '../../observe/index.ts'
import { explain } from '../trouble.ts'
import { once } from '../opened.ts'
import type { Located } from '../locate.ts'

export interface ServeThis { readonly app: Located; readonly url: string; readonly secret: string }
export interface Listening { readonly port: number; readonly rest: string }
/** Microseconds of the process's own processor time so far, and bytes it holds. */
export interface Usage { readonly cpu: number; readonly memory: number }

// Whoever asked ends this, also where a terminal sends Ctrl-C to all.
process.on('SIGINT', () => {})
const tell = (message: Listening | Usage | { readonly error: string }): void => { process.send?.(message) }

process.once('message', (message: ServeThis) => {
  served(message).catch((error: unknown) => {
    tell({ error: explain(error, process.cwd()).lines.join('\n') })
    process.disconnect()
  })
})

async function served({ app, url, secret }: ServeThis): Promise<void> {
  const { backend, name } = await once(app, process.cwd(), read => Promise.resolve(read))
  const application = await open(backend, { url, name, schema: 'require', observe: jsonLog({ write: text => { process.stdout.write(text) } }), tokens: { secret } })
  process.once('disconnect', () => { void application.close().finally(() => process.exit()) })
  const serving = await application.serve({ port: 0, host: '127.0.0.1', environment: process.env, docs: true, graphql: { introspection: false } })
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    tell({ cpu: user + system, memory: process.memoryUsage.rss() })
  })
  tell({ port: serving.port, rest: application.model.restPath ?? '/api' })
}
