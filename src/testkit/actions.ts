// Actions of the world: one about nothing in particular with every sort of input, and one of a post. Written as compile would make them.
import { always, claim, field, or, type Predicate } from '../operation/index.ts'
import type { ActionGiven, ActionModel, FailureModel, Kind, LooseRows, Member, ValueMember } from '../model/index.ts'
import { fieldModel, type FieldDraft } from './arbitrary/literal.ts'

const place = { file: 'src/testkit/actions.ts', line: 1 }
const value = (name: string, draft: FieldDraft, keyOf: string | null = null): ValueMember => ({ kind: 'value', name, field: fieldModel(name, draft), keyOf })
const object = (name: string, members: readonly Member[], list: { readonly min: number | null; readonly max: number | null } | null, optional = false): Member => ({ kind: 'object', name, members, list, optional, about: null, keyOf: null })

const failure = (name: string, status: number, about: string | null, rpc: number, facts: readonly Member[]): FailureModel => ({ code: `world.${name}`, name, status, about, facts, rpc, place })
const tooMuch = failure('tooMuch', 409, 'That is more than anybody may write at once', 1000, [value('left', { kind: 'integer' }), value('titles', { kind: 'text', list: true })])
const already = failure('already', 422, null, 1001, [])

const rows = (db: ActionGiven['db'], entity: string): LooseRows => {
  const found = db[entity]
  if (!found) throw new Error(`db has no ${entity}`)
  return found
}

const everyKind: readonly Kind[] = ['uuid', 'text', 'integer', 'bigint', 'number', 'decimal', 'boolean', 'timestamp', 'date', 'time', 'duration', 'json', 'bytes']
const kinds = (optional: boolean): readonly Member[] => everyKind.map(kind => value(`${kind}Value`, { kind, optional }))

const signedIn: Predicate = { kind: 'caller', role: null }
const mine: Predicate = { kind: 'compare', op: 'eq', as: 'uuid', left: field('authorId'), right: claim('@me.id') }

const action = (of: Pick<ActionModel, 'id' | 'name' | 'allow' | 'input' | 'output' | 'run'> & Partial<ActionModel>): ActionModel => ({
  entity: null, path: of.name, about: null, allowText: 'said by the world', failures: [], isolation: 'read committed', contract: null, place, ...of,
})

export const worldActions: Readonly<Record<string, ActionModel>> = Object.fromEntries([
  action({
    id: 'publish', name: 'publish', about: 'Writes several posts at once', allow: signedIn, failures: [tooMuch],
    input: [
      object('posts', [value('title', { kind: 'text', bounds: { minLength: 1, maxLength: 80 } }), value('tags', { kind: 'text', list: true, optional: true }, 'tag')], { min: 1, max: 3 }),
      value('status', { kind: 'choice', bounds: { choices: ['open', 'locked'] }, default: { kind: 'value', value: 'open' } }),
      value('budget', { kind: 'integer', bounds: { min: 0, max: 100 }, default: { kind: 'value', value: 100 } }), value('price', { kind: 'money', optional: true, bounds: { precision: 12, scale: 2, currency: 'EUR' } }),
      object('stamp', [value('by', { kind: 'text' }), value('at', { kind: 'date', optional: true })], null, true),
    ],
    output: [value('written', { kind: 'integer' }), value('status', { kind: 'text' }), value('price', { kind: 'money', optional: true, bounds: { precision: 12, scale: 2, currency: 'EUR' } }), value('by', { kind: 'text', optional: true })],
    async run({ input, db, fail }) {
      const { posts, status, budget, price, stamp } = input as { readonly posts: readonly { readonly title: string; readonly tags: readonly string[] | null }[]; readonly status: string; readonly budget: number; readonly price: unknown; readonly stamp: { readonly by: string } | null }
      for (const [i, { title, tags }] of posts.entries()) {
        // Written before it is refused: what is refused leaves nothing.
        await rows(db, 'post').create({ title, ...(tags === null ? {} : { tags: { connect: tags.map(id => ({ id })) } }) })
        if (i >= budget) throw fail('tooMuch', { left: budget, titles: posts.slice(i).map(p => p.title) })
      }
      return { written: posts.length, status, price, by: stamp?.by ?? null }
    },
  }),
  action({
    id: 'post.finish', name: 'finish', entity: 'post', about: 'Locks a post', allow: or(mine, { kind: 'caller', role: 'staff' }), failures: [already], input: [value('views', { kind: 'integer', optional: true })],
    output: [value('title', { kind: 'text' }), value('views', { kind: 'integer' }), value('draft', { kind: 'text', optional: true })],
    async run({ input, row, db, fail }) {
      const { id, title, status, draft } = row as { readonly id: string; readonly title: string; readonly status: string; readonly draft?: string }
      if (status === 'locked') throw fail('already')
      const { views } = input as { readonly views: number | null }
      const changed = await rows(db.asSystem('finishes a post'), 'post').update(id, { status: 'locked', ...(views === null ? {} : { views }) }) as { readonly views: number }
      return { title, views: changed.views, draft: draft ?? null }
    },
  }),
  action({
    id: 'echo', name: 'echo', allow: always, input: kinds(true), output: kinds(true),
    run: ({ input }) => input,
  }),
  action({ id: 'never', name: 'never', allow: { kind: 'never' }, allowText: null, input: [], output: null, run: () => ({ done: true }) }),
].map(a => [a.id, a]))

