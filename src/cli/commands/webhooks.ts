// `backwright webhooks`: what waits to be told to others, what could not be, and sending it again.
import path from 'node:path'
import { open } from '../../application/index.ts'
import { suggest } from '../../failure/index.ts'
import { deliveries, listWebhooks, pauseWebhook, replay, rotateSecret, stateOf, type Failed, type Working } from '../../work/index.ts'
import { exit, paint, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { locate, rules } from '../locate.ts'
import { once, whereOf } from '../opened.ts'

const options = { all: { type: 'boolean' }, json: { type: 'boolean' }, app: { type: 'string' }, data: { type: 'string' } } as const
const words = ['list', 'waiting', 'failed', 'replay', 'pause', 'resume', 'secret', 'rotate']

export const webhooks: Command = {
  name: 'webhooks',
  summary: 'shows the events that wait and failed, and sends them again',
  help: `backwright webhooks [list]            each webhook: what waits, failed and was delivered
backwright webhooks waiting [NAME]    events on their way, and what the receiver said last
backwright webhooks failed [NAME]     events that were given up
backwright webhooks replay ID         sends an event again, under the same id
backwright webhooks replay NAME --all sends all failed ones of a webhook again
backwright webhooks pause NAME        sends nothing more of it; events are kept
backwright webhooks resume NAME
backwright webhooks secret NAME       prints what signs it, for the receiver. A secret
backwright webhooks rotate NAME       makes another one, and prints it; the former signs beside it for a day

  backwright webhooks
  backwright webhooks failed orderPaid --json | jq -r '.[].id'
  DATABASE_URL=postgres://app@db.example/shop backwright webhooks replay orderPaid --all --app dist/shop.ts

The process that serves the application takes notice within five seconds.

Options
  --all         with replay: all failed events of the webhook
  --json        as JSON
  --app PATH    the folder or file of the application
  --data FOLDER the embedded data, where it is not .backwright/APP/data; DATABASE_URL names a server

${rules}

Exit codes: 0 done · 1 failed: there is no such event or webhook · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values, positionals: [what = 'list', which] } = parse(args, options, 2)
    const { all = false, json = false } = values
    if (!words.includes(what)) throw usage(`There is no 'webhooks ${what}'.${suggest(what, words)}`)
    if (all && what !== 'replay') throw usage('--all goes with replay.')
    if (what === 'list' && which !== undefined) throw usage(`'${which}' is one argument too many.`)
    if (which === undefined && !['list', 'waiting', 'failed'].includes(what)) throw usage(`Say which: backwright webhooks ${what} ${what === 'replay' ? 'ID' : 'NAME'}`)
    return once(locate(values.app, terminal.cwd), terminal.cwd, async ({ backend, name, home }) => {
      const where = values.data === undefined ? whereOf(home) : { folder: path.resolve(terminal.cwd, values.data) }
      const application = await open(backend, { ...where, name, schema: 'ignore', onProgress: line => { terminal.err(`  ${line}\n`) } })
      try {
        return await act({ what, which: which ?? null, all, json, engine: application.engine, names: Object.keys(application.model.webhooks ?? {}) }, terminal)
      } finally {
        await application.close()
      }
    })
  },
}

interface Asked { readonly what: string; readonly which: string | null; readonly all: boolean; readonly json: boolean; readonly engine: Working; readonly names: readonly string[] }

async function act({ what, which, all, json, engine, names }: Asked, terminal: Terminal): Promise<number> {
  const named = (): string => {
    if (which === null || names.includes(which)) return which ?? ''
    throw new Trouble(`There is no webhook '${which}'.${suggest(which, names) || (names.length === 0 ? ' backend({ webhooks }) declares none.' : ` There are: ${names.join(', ')}.`)}`)
  }
  const answer = (value: unknown, text: string): number => {
    terminal.out(json ? `${JSON.stringify(value)}\n` : text)
    return exit.ok
  }
  switch (what) {
    case 'list': {
      const all = await listWebhooks(engine, names)
      const many = (n: number): string => (n >= 1_000 ? '1000+' : String(n))
      const lines = all.map(w => `${w.name.padEnd(Math.max(...names.map(n => n.length)))}  ${w.paused ? `${paint(terminal, 33, 'paused')}, ` : ''}${many(w.waiting)} waiting, ${w.failed > 0 ? paint(terminal, 31, `${many(w.failed)} failed`) : '0 failed'}, ${many(w.delivered)} delivered`
        + `${w.error === null ? '' : `\n  ${paint(terminal, 2, `${w.error}${w.next === null ? '' : ` · next ${w.next}`}`)}`}\n`)
      return answer(all, lines.join('') || 'No webhook is declared: backend({ webhooks: { orderPaid: { on: changed(Order, \'status\'), to: env(\'ERP_URL\') } } })\n')
    }
    case 'waiting': case 'failed': {
      const found = await deliveries(engine, what, which === null ? null : named())
      return answer(found, found.map(d => line(d, terminal)).join('') || `Nothing ${what === 'failed' ? 'has failed' : 'waits'}.\n`)
    }
    case 'replay': {
      const count = await replay(engine, all ? { all: named() } : { id: which ?? '' }, Date.now)
      if (count === 0 && !all) throw new Trouble(`There is no event '${which ?? ''}' (any more).${which !== null && names.includes(which) ? ` All that failed of ${which}: backwright webhooks replay ${which} --all` : ' backwright webhooks failed lists those that failed.'}`)
      return answer({ replayed: count }, `${paint(terminal, 32, '✓')} ${count} ${count === 1 ? 'event' : 'events'} to be sent again\n`)
    }
    case 'pause': case 'resume':
      await pauseWebhook(engine, named(), what === 'pause')
      return answer({ name: which, paused: what === 'pause' }, `${paint(terminal, 32, '✓')} ${which ?? ''} ${what === 'pause' ? 'pauses: its events are kept' : 'goes on'}\n`)
    case 'secret': case 'rotate': {
      const name = named(), declared = engine.model.webhooks?.[name]?.secrets ?? []
      const [first] = declared
      if (first !== undefined) {
        throw new Trouble(`The secret of ${name} is in the environment: ${declared.map(s => s.env).join(', ')}. To exchange it, declare secret: [env('${first.env ?? ''}'), env('${first.env ?? ''}_FORMER')]: both sign; tell the receiver; then take the former away.`)
      }
      const secret = what === 'rotate' ? await rotateSecret(engine, name, Date.now) : (await stateOf(engine, name)).secrets[0]?.secret ?? ''
      return answer({ name, secret }, `${secret}\n`)
    }
    default: throw usage(`There is no 'webhooks ${what}'.`)
  }
}

const line = (d: Failed, terminal: Terminal): string =>
  `${d.id}  ${d.webhook}  ${d.createdAt.slice(0, 19).replace('T', ' ')}  ${d.attempts} ${d.attempts === 1 ? 'attempt' : 'attempts'}${d.error === null ? '' : `  ${paint(terminal, 33, d.error)}`}\n`
