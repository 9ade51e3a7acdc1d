// Documents: parsed, looked at for their size, and validated once; what came of it is kept by their text.
import {
  FieldsOnCorrectTypeRule, GraphQLError, KnownArgumentNamesRule, KnownDirectivesRule, KnownFragmentNamesRule, KnownTypeNamesRule, Kind, NoSchemaIntrospectionCustomRule, parse, ProvidedRequiredArgumentsRule,
  specifiedRules, validate, ValuesOfCorrectTypeRule, VariablesInAllowedPositionRule,
  type DocumentNode, type FragmentDefinitionNode, type GraphQLSchema, type OperationDefinitionNode, type ValidationContext, type ValidationRule,
} from 'graphql'
import { failures, type Code } from '../../failure/index.ts'
import { Kept } from './kept.ts'
import { beyond, tooDeep, type Limits } from './limits.ts'
import { conditions, type Structure } from './structure.ts'

export interface Operation {
  readonly node: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Variables that decide what is asked. */
  readonly conditions: readonly string[]
  /** What it asks for, by the truths of its conditions. */
  readonly structures: Kept<Structure>
}
export type Prepared = { readonly errors: readonly GraphQLError[] } | { readonly errors: null; readonly operations: readonly Operation[] }

/** Documents longer than this are not kept. */
const longest = 65_536
const mostErrors = 20

/** A rule whose errors have a code. */
const coded = (rule: ValidationRule, code: Code): ValidationRule => context => rule(Object.assign(Object.create(context) as ValidationContext, {
  reportError(error: GraphQLError) {
    context.reportError(withCode(rule === ValuesOfCorrectTypeRule ? new GraphQLError(valueless(error.message), error) : error, code))
  },
}))
/** What does not fit stands in the document, at the place that is told: it may be a password, and an answer ends in logs. */
const valueless = (message: string): string => message.replace(/(?:[,;] found|(?<=\bvalue)): [^]*$/, '.')
export const withCode = (error: GraphQLError, code: Code, more: object = {}): GraphQLError =>
  new GraphQLError(error.message, { nodes: error.nodes, source: error.source, positions: error.positions, extensions: { code, status: failures[code].status, ...more } })

const naming: readonly ValidationRule[] = [FieldsOnCorrectTypeRule, KnownArgumentNamesRule, KnownDirectivesRule, KnownFragmentNamesRule, KnownTypeNamesRule]
const values: readonly ValidationRule[] = [ValuesOfCorrectTypeRule, ProvidedRequiredArgumentsRule, VariablesInAllowedPositionRule]

export class Documents {
  readonly #schema: GraphQLSchema
  readonly #limits: Limits
  readonly #introspection: boolean
  readonly #rules: readonly ValidationRule[]
  readonly #kept = new Kept<Prepared>(1000)

  constructor(schema: GraphQLSchema, limits: Limits, introspection: boolean) {
    this.#schema = schema
    this.#limits = limits
    this.#introspection = introspection
    this.#rules = [...specifiedRules.map(r => coded(r, naming.includes(r) ? 'resolve.name' : values.includes(r) ? 'resolve.value' : 'request.malformed')),
      ...(introspection ? [] : [coded(NoSchemaIntrospectionCustomRule, 'resolve.name')])]
  }

  get(text: string): Prepared {
    const found = this.#kept.get(text)
    if (found !== undefined) return found
    const made = this.#prepare(text)
    if (text.length <= longest) this.#kept.set(text, made)
    return made
  }

  #prepare(text: string): Prepared {
    const deep = tooDeep(text)
    if (deep !== null) return { errors: [deep] }
    let document: DocumentNode
    try {
      document = parse(text, { maxTokens: this.#limits.tokens })
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      const flood = /token/i.test(error.message) && /exceed|more than|limit/i.test(error.message)
      return { errors: [withCode(error, flood ? 'resolve.limit' : 'request.malformed', flood ? { limit: 'tokens', budget: this.#limits.tokens } : {})] }
    }
    const too = beyond(document, this.#limits)
    if (too !== null) return { errors: [too] }
    const errors = validate(this.#schema, document, this.#rules, { maxErrors: mostErrors, hideSuggestions: !this.#introspection })
    if (errors.length > 0) return { errors: errors.map(e => ('code' in e.extensions ? e : withCode(e, 'request.malformed'))) }
    const fragments = new Map(document.definitions.flatMap(d => (d.kind === Kind.FRAGMENT_DEFINITION ? [[d.name.value, d] as const] : [])))
    const operations = document.definitions.flatMap(d => (d.kind === Kind.OPERATION_DEFINITION ? [{ node: d, fragments, conditions: conditions(d, fragments), structures: new Kept<Structure>(64) }] : []))
    return { errors: null, operations }
  }
}
