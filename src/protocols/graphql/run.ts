// Runs an operation: all fields of a query at once, those of a mutation one after the other; the bytes of their answers go out as they came.
import { executeSync, getVariableValues, GraphQLError, Kind, print, type FieldNode, type VariableValues } from 'graphql'
import { toFailure } from '../../failure/index.ts'
import { find } from '../../model/index.ts'
import { argumentsOf } from './arguments.ts'
import { readOf, type Asked } from './ask.ts'
import { declared, prepareCall } from './call.ts'
import { withCode, type Operation } from './documents.ts'
import { errorsOf } from './errors.ts'
import type { Limits } from './limits.ts'
import { carryOut, keyOf } from './once.ts'
import type { Bytes, Outcome, Running } from './running.ts'
import { structureOf, type Chosen, type Structure } from './structure.ts'
import { prepareWrite } from './write.ts'

const refused = (errors: readonly GraphQLError[], cost: number | null = null): Outcome => ({ errors, data: null, cost })

/** A field of the root as it will be run. */
interface Planned { readonly chosen: Chosen; readonly asked: Asked | null; readonly wrong: unknown }

/** Variables, then what is asked for, then its cost: each before anything is run. */
export async function runOperation(r: Running, operation: Operation, given: Readonly<Record<string, unknown>>): Promise<Outcome> {
  const { variableValues: variables, errors } = getVariableValues(r.schema, operation.node.variableDefinitions ?? [], given, { maxErrors: 20 })
  if (errors) return refused(errors.map(e => withCode(e, 'resolve.value')))
  const { roots } = structure(r, operation, variables)
  if (roots.length > r.limits.roots) {
    return refused([new GraphQLError(`The operation asks for ${roots.length} fields of ${operation.node.operation}; ${r.limits.roots} is the budget.`, {
      nodes: [operation.node], extensions: { code: 'resolve.limit', status: 400, limit: 'roots', cost: roots.length, budget: r.limits.roots },
    })])
  }
  if (operation.node.operation === 'mutation') return mutate(r, roots, variables)
  const introspected = introspect(r, operation, roots, given)
  const planned = roots.map((chosen): Planned => {
    switch (chosen.meaning.kind) {
      case 'typename': case 'introspection': return { chosen, asked: null, wrong: null }
      default:
        try { return { chosen, asked: readOf(chosen, variables, name => below(r, chosen, name)), wrong: null } } catch (wrong) { return { chosen, asked: null, wrong } }
    }
  })
  const cost = planned.reduce((sum, p) => sum + (p.asked?.cost ?? 0), 0)
  if (cost > r.limits.cost) return refused([expensive(cost, r.limits, operation)], cost)
  const found: GraphQLError[] = []
  const answers = await Promise.all(planned.map(async ({ chosen, asked, wrong }): Promise<Bytes> => {
    if (chosen.meaning.kind === 'typename') return [JSON.stringify(chosen.meaning.type)]
    if (chosen.meaning.kind === 'introspection') return [JSON.stringify(introspected[chosen.as] ?? null)]
    try {
      if (wrong !== null) throw wrong
      return asked === null ? ['null'] : [(await r.engine.read(asked.request, r.caller, r.run)).body]
    } catch (error) {
      // No such row is an answer, not an error; which rows there are that may not be read is nobody's to know.
      if (!(error instanceof GraphQLError) && toFailure(error).code === 'row.missing') return ['null']
      found.push(...errorsOf(error, chosen, r.id, false))
      return ['null']
    }
  }))
  return { errors: found, data: object(roots, answers), cost }
}

/** What a field answers, as text: equal for equal selections. */
const shownOf = (chosen: Chosen): string => chosen.nodes.map(n => (n.selectionSet === undefined ? '' : print(n.selectionSet))).join()

async function mutate(r: Running, roots: readonly Chosen[], variables: VariableValues): Promise<Outcome> {
  const found: GraphQLError[] = []
  const replayed: string[] = []
  const answers: Bytes[] = []
  for (const chosen of roots) {
    if (chosen.meaning.kind === 'typename') { answers.push([JSON.stringify(chosen.meaning.type)]); continue }
    try {
      const ready = (chosen.meaning.kind === 'call' ? prepareCall : prepareWrite)(r, chosen, variables)
      const args = argumentsOf(chosen, variables), key = keyOf(r, chosen, roots.length === 1, args['idempotencyKey'])
      const { bytes, replayed: again } = await carryOut(r, key, [chosen.meaning.kind, chosen.field?.name, args, shownOf(chosen)], ready)
      if (again) replayed.push(chosen.as)
      answers.push(bytes)
    } catch (error) {
      const data = declared(r, chosen, error)
      if (data === null) found.push(...errorsOf(error, chosen, r.id, true))
      answers.push(data ?? ['null'])
    }
  }
  return { errors: found, data: object(roots, answers), cost: null, ...(replayed.length === 0 ? {} : { replayed }) }
}

const object = (roots: readonly Chosen[], answers: readonly Bytes[]): Bytes => ['{', ...roots.flatMap((c, i) => [`${i === 0 ? '' : ','}"${c.as}":`, ...(answers[i] ?? ['null'])]), '}']

const expensive = (cost: number, limits: Limits, operation: Operation): GraphQLError => new GraphQLError(`The answer could come to ${cost} rows; the budget is ${limits.cost}. Ask for smaller pages or fewer relations.`, {
  nodes: [operation.node], extensions: { code: 'resolve.limit', status: 400, limit: 'cost', cost, budget: limits.cost },
})

/** Made once for each way its conditions turn out. */
function structure(r: Running, operation: Operation, variables: VariableValues): Structure {
  const truths = operation.conditions.map(name => (variables.coerced[name] === true ? '1' : '0')).join('')
  const found = operation.structures.get(truths)
  if (found !== undefined) return found
  const made = structureOf(r.schema, operation.node, operation.fragments, variables.coerced)
  operation.structures.set(truths, made)
  return made
}

/** What is asked of a node, where it is of this entity. */
function below(r: Running, chosen: Chosen, name: string) {
  const entity = find(r.engine.model.entities, name)
  if (entity === undefined || entity.hidden) return null
  const type = r.schema.getPossibleTypes(r.schema.getType('Node') as never).find(t => t.extensions['entity'] === entity.name)
  return type === undefined ? null : { entity, below: chosen.below(type) }
}

/** `__schema` and `__type` of a query, answered by graphql-js. */
function introspect(r: Running, operation: Operation, roots: readonly Chosen[], given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const fields = roots.filter(c => c.meaning.kind === 'introspection').flatMap((c): FieldNode[] => [...c.nodes])
  if (fields.length === 0) return {}
  const { data } = executeSync({
    schema: r.schema, variableValues: given,
    document: { kind: Kind.DOCUMENT, definitions: [{ ...operation.node, selectionSet: { kind: Kind.SELECTION_SET, selections: fields } }, ...operation.fragments.values()] },
  })
  return data ?? {}
}
