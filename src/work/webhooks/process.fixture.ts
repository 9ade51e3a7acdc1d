// A process of an application with a webhook, for tests that kill it: writes one order, says so, and goes on working.
import { access, allow, backend, created, env, model, open, text, Entity } from '../../index.ts'

class Order extends Entity {
  what = text()
  static access = access(Order, () => [allow('read', 'create').always()])
}
const shop = model({ order: Order })
export const declared = backend({ name: 'killed', model: shop, webhooks: { orders: { on: created(Order), to: env('HOOK_URL'), as: {}, allowPrivate: true } } })

if (process.argv[1] === import.meta.filename) {
  const application = await open(declared, { url: process.env['HOOK_DATABASE'], schema: 'apply' })
  const db = application.db(application.system('is killed'))
  if (process.env['HOOK_WORK'] === 'yes') application.work.start()
  // The reader begins at the present: what is written before it is there is none of its business.
  else if (process.env['HOOK_FIRST'] === 'yes') await begun()
  await new Promise(resolve => setTimeout(resolve, 300))
  const { id } = await db.order.create({ what: 'tea' })
  if (process.env['HOOK_DIE'] === 'yes') process.kill(process.pid, 'SIGKILL')
  console.log(id)
  setInterval(() => {}, 1_000)

  async function begun(): Promise<void> {
    application.work.start()
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}
