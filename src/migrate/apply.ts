// Plans against a real database: made from what is there, applied once however many processes try, checked again under the lock.
import type { Model } from '../model/index.ts'
import { planSchema } from './compare.ts'
import { readSchema } from './introspect.ts'
import type { LiveSchema, Queryable } from './live.ts'
import { advance, keepMade, nothingMade } from './made.ts'
import type { MigrationPlan, Step } from './plan.ts'

/** 'backwright' to a number: one process at a time changes a database's schema. */
const lock = 0x6261_636b

/** The plan for this database and model. Reads only; counts rows only where something differs. */
export async function planOf(client: Queryable, model: Model): Promise<MigrationPlan> {
  return (await planned(client, model)).plan
}

async function planned(client: Queryable, model: Model): Promise<{ live: LiveSchema; plan: MigrationPlan }> {
  const live = await readSchema(client)
  const answers = new Map<string, number>()
  for (;;) {
    const plan = planSchema(live, model, { count: question => answers.get(question) })
    if (plan.questions.length === 0) return { live, plan }
    for (const question of plan.questions) {
      const { rows: [row] } = await client.query(question)
      answers.set(question, Number((row as { n: string | number }).n))
    }
  }
}

export interface Applying {
  /** `additive`: only the additive steps, whatever else the plan holds; `all` (the default): every step, and nothing at all if anything is refused. */
  readonly which?: 'additive' | 'all'
  /** How long a step may wait for others before everything is let go and tried again. */
  readonly lockTimeoutMs?: number
  readonly tries?: number
}

/**
 * Runs a plan: all changes in one transaction, then one for each constraint to be validated. The client must be one connection with no transaction open.
 * Answers the steps done: none where another process was faster with the same. Throws an Error, with nothing changed, where the plan refuses something (`all`), where
 * the schema or the rows are no longer those it was made for, where a table stays locked by others through all tries, and where a statement fails.
 */
export async function applyPlan(client: Queryable, plan: MigrationPlan, { which = 'all', lockTimeoutMs = 2000, tries = 10 }: Applying = {}): Promise<{ done: Step[] }> {
  if (plan.questions.length > 0) throw new Error('this plan was made without looking at the rows')
  if (which === 'all' && plan.refused.length > 0) throw new Error(`refused: ${plan.refused.map(r => r.reason).join(' ')}`)
  const chosen = (p: MigrationPlan): readonly Step[] => (which === 'all' ? p.steps : p.steps.filter(s => s.additive))
  const steps = chosen(plan)
  if (steps.length === 0) return { done: [] }
  for (let turn = 1; ; turn++) {
    try {
      const done = await changeAll(client, plan, steps, chosen, lockTimeoutMs)
      for (const step of done) if (step.phase === 'validate') await within(client, lockTimeoutMs, () => runStep(client, step))
      return { done }
    } catch (error) {
      if (!isBusy(error) || turn >= tries) throw error
      // Whoever waits behind us goes first.
      await new Promise(resolve => setTimeout(resolve, 50 * turn + Math.random() * 100))
    }
  }
}

async function changeAll(client: Queryable, plan: MigrationPlan, steps: readonly Step[], chosen: (p: MigrationPlan) => readonly Step[], lockTimeoutMs: number): Promise<Step[]> {
  return within(client, lockTimeoutMs, async () => {
    const now = await planned(client, plan.model)
    const fresh = chosen(now.plan)
    if (fresh.length === 0 && now.plan.refused.length === 0) return []
    const text = (all: readonly Step[]): string => JSON.stringify(all.map(s => s.sql))
    if (text(fresh) !== text(steps)) throw new Error('the database is no longer as it was when this plan was made; nothing was changed. Plan again.')
    const before = now.live.made[plan.model.name] ?? nothingMade
    for (const step of steps) if (step.phase === 'change') await runStep(client, step)
    const after = steps.reduce((made, step) => advance(made, step.change), before)
    if (JSON.stringify(after) !== JSON.stringify(before)) await keepMade(client, now.live.current, plan.model.name, after)
    return [...steps]
  })
}

async function runStep(client: Queryable, step: Step): Promise<void> {
  for (const statement of step.sql) await client.query(statement)
}

async function within<T>(client: Queryable, lockTimeoutMs: number, work: () => Promise<T>): Promise<T> {
  await client.query('begin isolation level read committed')
  try {
    await client.query('set local statement_timeout = 0')
    // Without a timeout: the process that holds this is doing our work.
    await client.query(`select pg_advisory_xact_lock(${lock}, 0)`)
    await client.query(`set local lock_timeout = ${Math.max(1, Math.floor(lockTimeoutMs))}`)
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    // A connection that is gone cannot roll back and need not.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

const isBusy = (error: unknown): boolean => typeof error === 'object' && error !== null && 'code' in error && (error.code === '55P03' || error.code === '40P01')
