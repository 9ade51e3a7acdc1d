// The application, opened once and at the first request: `next build` loads this file without a database, `next dev` anew at every save.
import { open } from 'backwright'
import shop from './shop'

const opened = async () => {
  const app = await open(shop, { schema: 'require' })
  return { app, backend: app.mount({ prefix: '/backend' }), legacy: app.mount({ prefix: '/api/legacy' }) }
}
const kept = globalThis as { shop?: ReturnType<typeof opened> }

export const application = () => (kept.shop ??= opened().catch(error => { kept.shop = undefined; throw error }))
