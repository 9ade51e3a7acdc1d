// What a back-end developer does, and what one application has of each: counted in its model, its files and its contracts, with the command that shows it.
import { actionsOf, hasCode, type FieldModel, type Model, type RelationModel, type Rule } from '../../model/index.ts'
import { listed } from '../../readback/index.ts'
import type { Finding } from '../check/index.ts'
import { absent, dutyNames, missing, type Duties, type Product } from './product.ts'

export interface Duty {
  readonly duty: Duties
  /** What this application has of it. */
  readonly has: readonly string[]
  /** Commands that show that it is so. */
  readonly proof: readonly string[]
  /** What it does not have, or no application has yet. */
  readonly notYet: readonly string[]
}

/** What is looked at beside the model. */
export interface Around {
  readonly product: Product
  readonly stories: number
  readonly people: readonly string[]
  readonly findings: readonly Finding[]
  readonly contracts: { readonly rest: number; readonly soap: number }
  readonly files: { readonly docker: boolean; readonly ci: boolean; readonly data: boolean }
}

const n = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`
/** Nothing is said of what there is none of. */
const some = (count: number, one: string, many?: string): readonly string[] => (count === 0 ? [] : [n(count, one, many)])
const none = (count: number, says: string): readonly string[] => (count === 0 ? [says] : [])

export function dutiesOf(model: Model, around: Around): readonly Duty[] {
  const entities = Object.values(model.entities).filter(e => !e.hidden), links = Object.values(model.entities).filter(e => e.hidden && e.system === undefined)
  const fields = entities.flatMap(e => Object.values(e.fields)), rules = entities.flatMap(e => e.rules), actions = actionsOf(model), own = actions.filter(a => a.taking === undefined)
  const of = (effect: Rule['effect']): number => rules.filter(r => r.effect === effect).length
  const where = (test: (f: FieldModel) => boolean): number => fields.filter(test).length
  const owners = entities.flatMap(e => Object.values(e.relations)).filter((r: RelationModel) => r.owner && !r.hidden)
  const indexes = [...entities, ...links].reduce((sum, e) => sum + e.indexes.length, 0), hooks = Object.values(model.hooks ?? {}).flat(), webhooks = Object.keys(model.webhooks ?? {})
  const findings = (...codes: readonly string[]): number => around.findings.filter(f => codes.some(c => f.code.startsWith(c))).length
  const errors = around.findings.filter(f => f.severity === 'error').length
  const first = entities.find(e => e.rules.some(r => r.effect === 'allow' && r.verbs.includes('read')))?.path ?? 'rows', as = around.people[0] === undefined ? '' : ` --as ${around.people[0]}`
  const bounded = fields.filter(f => Object.keys(f.bounds).length > 0).length, checks = where(f => f.default !== null && f.generated === null)
  const all: Record<Duties, Omit<Duty, 'duty' | 'notYet'> & { readonly lacks?: readonly string[] }> = {
    'server-side logic': {
      has: [
        ...(own.length === 0 ? [] : [`${n(own.length, 'action')} of its own (${listed(own.slice(0, 4).map(a => a.name))}${own.length > 4 ? ' …' : ''})`]), ...some(actions.length - own.length, 'transition between states', 'transitions between states'),
        ...some(hooks.length, 'hook'), ...some(where(f => f.computed !== undefined) + entities.reduce((sum, e) => sum + Object.keys(e.derived ?? {}).length, 0), 'computed field'),
        listed([...some(bounded, 'field with bounds', 'fields with bounds'), ...some(checks, 'default')]),
      ],
      proof: ['test', 'read'], lacks: none(own.length + hooks.length, 'no code of its own: no action and no hook'),
    },
    'database design and upkeep': {
      has: [
        listed([n(entities.length + links.length, 'table'), n(where(() => true), 'column'), ...some(owners.length, 'foreign key'), ...some([...entities, ...links].reduce((sum, e) => sum + e.uniques.length, 0), 'unique'), ...some(indexes, 'further index', 'further indexes')]),
        'its schema compared with the database, and every additive change and rename of it applied', ...(entities.some(e => e.table.adopted) ? [`${n(entities.filter(e => e.table.adopted).length, 'table')} of a database that was there`] : []),
      ],
      proof: ['schema', 'db'],
    },
    'APIs and their documentation': {
      has: [
        `REST of ${n(around.contracts.rest, 'operation')} with OpenAPI 3.1 and pages to read`, `GraphQL with its schema`, `SOAP of ${n(around.contracts.soap, 'operation')} with a WSDL`,
        ...some((model.contracts ?? []).length, 'API of somebody else\'s that it keeps', 'APIs of others that it keeps'),
        `${fields.filter(f => f.about !== null).length + entities.filter(e => e.about !== null).length} of ${fields.length + entities.length} entities and fields are described in words`,
      ],
      proof: ['openapi', 'graphql', 'wsdl'],
    },
    'front-end integration': {
      has: [
        `a client whose types are those of its ${n(entities.length, 'entity', 'entities')} and ${n(actions.length, 'action')}, generated by nothing`, 'mounted in Express, Fastify, Next or node:http, or a built front end served beside it',
        ...(model.identity === undefined ? [] : ['pages to sign in and a cookie for the browser']),
      ],
      proof: ['check', 'dev'],
    },
    'third-party integration': {
      has: [
        ...some(webhooks.length, 'webhook that tells others', 'webhooks that tell others'), ...some(actions.filter(a => a.contract !== null).length, 'action under somebody else\'s contract', 'actions under others\' contracts'),
        'tokens of any issuer (a secret, a public key, JWKS)', 'a change log that others read without missing a change',
      ],
      proof: ['webhooks', 'token'], lacks: none(webhooks.length, 'no webhook is declared'),
    },
    security: {
      has: [
        `${n(rules.length, 'rule')} that hold in every protocol (${listed([`allow ${of('allow')}`, `deny ${of('deny')}`, `hide ${of('hide')}`])}); what none allows is refused`,
        ...some(where(f => f.by !== null && f.generated === null), 'field that only some roles set', 'fields that only some roles set'), ...some(where(f => f.hidden), 'field that is never shown', 'fields that are never shown'),
        ...some(where(f => f.classified !== undefined), 'field that is masked in logs', 'fields that are masked in logs'), ...(model.identity === undefined ? [] : ['accounts of its own']), ...(model.tenant === undefined ? [] : ['tenants apart from each other']),
        ...some(entities.filter(e => e.whole === null && e.rules.length === 0).length, 'entity that nobody reaches', 'entities that nobody reaches'),
      ],
      proof: ['check --strict', 'read', 'check --against main --on data'],
      lacks: [
        ...(errors === 0 ? [] : [`${n(errors, 'error')} that check finds`]), ...none(where(f => f.classified !== undefined), 'no field is marked as telling of a person'),
        ...(model.identity === undefined && around.product.exports.has('identity') ? ['no accounts of its own: callers bring tokens'] : []),
      ],
    },
    performance: {
      has: [`a read is one statement, however deep; pages of at most ${Math.max(0, ...entities.map(e => e.page.max)).toLocaleString('en')} rows`, `${n(entities.length + links.length + indexes + entities.reduce((sum, e) => sum + e.uniques.length, 0), 'index', 'indexes')}, keys and uniques among them`],
      proof: [`get ${first}${as} --why`, 'check', 'bench'],
      lacks: findings('index.') === 0 ? [] : [`${n(findings('index.'), 'rule or relation', 'rules or relations')} that no index serves`],
    },
    scaling: {
      has: [
        'processes that keep nothing, so that there may be several on one database', `${n(entities.filter(e => e.key.every(k => e.fields[k]?.generated === 'key')).length, 'entity', 'entities')} whose keys are made without asking the database`,
        ...some(entities.filter(e => e.version !== null).length, 'entity whose rows say if another was faster', 'entities whose rows say if another was faster'),
      ],
      proof: ['start'],
    },
    'testing and debugging': {
      has: [
        ...(around.stories === 0 ? [] : [`${n(around.stories, 'story', 'stories')} through every protocol`]), `tests that its ${n(rules.length, 'rule')} and ${n(fields.length, 'field')} make of themselves, on drawn rows and callers`,
        ...(around.people.length === 0 ? [] : [`ready-made callers: ${listed([...around.people])}`]), 'why, for every row and rule',
      ],
      proof: ['test', `explain get ${first}${as}`], lacks: none(around.stories, 'no stories: no file NAME.stories.ts'),
    },
    maintenance: {
      has: [
        'what differs from the database, and from an earlier version\'s rights, before it is merged', ...some(where(f => f.was !== null) + entities.filter(e => e.table.was !== null).length, 'name that was another before', 'names that were others before'),
        ...some(where(f => f.deprecated !== undefined), 'field to be left alone, and said so in every contract', 'fields to be left alone, and said so in every contract'), ...(hasCode(model) ? ['types of its code checked with the declaration'] : []),
      ],
      proof: ['check', 'schema', 'check --against main'],
    },
    deployment: {
      has: ['one process and one PostgreSQL, settings by the environment, an end that waits for what is asked', ...(around.files.docker ? ['a Dockerfile'] : []), ...(around.files.ci ? ['a workflow that tests it'] : []), ...(around.files.data ? ['data to begin with'] : [])],
      proof: ['doctor', 'schema', 'start'], lacks: [...(around.files.docker ? [] : ['no Dockerfile (backwright new writes one)']), ...(around.files.ci ? [] : ['no workflow that tests it'])],
    },
    monitoring: {
      has: ['logs without values, Prometheus metrics, OpenTelemetry traces, /health and /ready', `a change log of ${n(entities.filter(e => e.unlogged === undefined && !e.readOnly).length, 'entity', 'entities')}: who changed what, and why`],
      proof: ['start --admin-port 9464', 'doctor'],
    },
  }
  return dutyNames.map(duty => {
    const { has, proof, lacks = [] } = all[duty]
    return { duty, has: has.filter(x => x !== ''), proof: proof.map(p => `npx backwright ${p}`), notYet: [...lacks, ...missing.filter(m => m.duty === duty && absent(around.product, m)).map(m => m.says)] }
  })
}
