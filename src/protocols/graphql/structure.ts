// What an operation asks for once its conditions are decided and its fragments are in their places: a tree of fields, each with its meaning.
import {
  getNamedType, isAbstractType, isObjectType, Kind, type DirectiveNode, type FieldNode, type FragmentDefinitionNode, type GraphQLField, type GraphQLNamedType, type GraphQLObjectType, type GraphQLSchema, type OperationDefinitionNode, type SelectionSetNode, type ValueNode,
} from 'graphql'
import type { Filter, ReadAsk } from '../../wire/index.ts'
import { Kept } from './kept.ts'
import { meaningOf, type Meaning } from './meaning.ts'

export interface Chosen {
  /** Its name in the answer. */
  readonly as: string
  readonly meaning: Meaning
  /** Null: `__typename`. */
  readonly field: GraphQLField<unknown, unknown> | null
  /** Where it is said, the first first. */
  readonly nodes: readonly [FieldNode, ...FieldNode[]]
  /** What was found out of it before, kept with it. */
  readonly known: Known
  /** What is asked of the object it stands for; of an interface, of an object of this type. */
  readonly below: (type?: GraphQLObjectType) => readonly Chosen[]
}

/** `args`: where no variable stands in them. `template`, of a list: where each variable's value is a value of the request. `asks`: by what of their arguments makes their shape. */
export interface Known {
  readonly fixed: boolean
  args?: Args
  template?: { readonly made: Template | null }
  grouping?: Grouping
  readonly asks: Kept<{ readonly key: string; readonly ask: ReadAsk }>
}

export type Args = Readonly<Record<string, unknown>>

/** Arguments as they are for all values of their variables that are text or numbers: no such value makes another shape of a filter. */
export interface Template {
  /** Those in which no variable stands, `where` left out. */
  readonly args: Args
  /** Those that are a variable as a whole. */
  readonly open: readonly (readonly [argument: string, variable: string])[]
  /** All that stand anywhere in them. */
  readonly variables: readonly string[]
  /** Of `where`: its shape with the text of it, and its values, whose slots are numbered from `from`. */
  readonly filter: Filter | null
  readonly text: string
  readonly values: readonly unknown[]
  readonly from: number
}

/** What an aggregate's arguments say beside its filter. */
export interface Grouping { readonly args: Args; readonly group: readonly string[]; readonly keys: readonly string[]; readonly first: number | undefined }

export interface Structure { readonly roots: readonly Chosen[] }

type Truth = (directives: readonly DirectiveNode[] | undefined) => boolean

/** The names of variables that decide what is asked. */
export function conditions(operation: OperationDefinitionNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): readonly string[] {
  const names = new Set<string>()
  const visit = (set: SelectionSetNode): void => {
    for (const s of set.selections) {
      for (const d of s.directives ?? []) {
        for (const a of d.arguments ?? []) if (a.value.kind === Kind.VARIABLE) names.add(a.value.name.value)
      }
      if (s.kind !== Kind.FRAGMENT_SPREAD && s.selectionSet) visit(s.selectionSet)
    }
  }
  visit(operation.selectionSet)
  for (const f of fragments.values()) visit(f.selectionSet)
  return [...names]
}

function holdsVariable(value: ValueNode): boolean {
  switch (value.kind) {
    case Kind.VARIABLE: return true
    case Kind.LIST: return value.values.some(holdsVariable)
    case Kind.OBJECT: return value.fields.some(f => holdsVariable(f.value))
    default: return false
  }
}

/** `variables`: coerced. */
export function structureOf(schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>, variables: Readonly<Record<string, unknown>>): Structure {
  const holds: Truth = directives => (directives ?? []).every(d => {
    const value = d.arguments?.[0]?.value
    const said = value?.kind === Kind.BOOLEAN ? value.value : value?.kind === Kind.VARIABLE ? variables[value.name.value] === true : true
    return d.name.value === 'skip' ? !said : d.name.value === 'include' ? said : true
  })
  const applies = (condition: string | undefined, type: GraphQLObjectType): boolean => {
    if (condition === undefined || condition === type.name) return true
    const named: GraphQLNamedType | undefined = schema.getType(condition)
    return isAbstractType(named) && schema.isSubType(named, type)
  }
  const gather = (type: GraphQLObjectType, set: SelectionSetNode, into: Map<string, FieldNode[]>): void => {
    for (const s of set.selections) {
      if (!holds(s.directives)) continue
      switch (s.kind) {
        case Kind.FIELD: {
          const as = (s.alias ?? s.name).value
          const before = into.get(as)
          if (before) before.push(s)
          else into.set(as, [s])
          break
        }
        case Kind.INLINE_FRAGMENT: if (applies(s.typeCondition?.name.value, type)) gather(type, s.selectionSet, into); break
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(s.name.value)
          if (fragment && applies(fragment.typeCondition.name.value, type)) gather(type, fragment.selectionSet, into)
          break
        }
      }
    }
  }
  const collect = (type: GraphQLObjectType, sets: readonly SelectionSetNode[]): readonly Chosen[] => {
    const found = new Map<string, FieldNode[]>()
    for (const set of sets) gather(type, set, found)
    const fields = type.getFields()
    return [...found].flatMap(([as, [first, ...others]]): Chosen[] => {
      if (first === undefined) return []
      const nodes = [first, ...others] as const
      const name = first.name.value
      const known: Known = { fixed: !(first.arguments ?? []).some(a => holdsVariable(a.value)), asks: new Kept(32) }
      if (name === '__typename') return [{ as, meaning: { kind: 'typename', type: type.name }, field: null, nodes: [...nodes], known, below: () => [] }]
      if (name.startsWith('__')) return [{ as, meaning: { kind: 'introspection' }, field: null, nodes: [...nodes], known, below: () => [] }]
      const field = fields[name]
      if (field === undefined) throw new Error(`a validated document names ${type.name}.${name}, which does not exist`)
      const inner = nodes.flatMap(n => (n.selectionSet ? [n.selectionSet] : []))
      const of = getNamedType(field.type)
      const made = new Map<string, readonly Chosen[]>()
      return [{
        as, meaning: meaningOf(field), field, nodes: [...nodes], known,
        below: (concrete = isObjectType(of) ? of : undefined) => {
          if (concrete === undefined) return []
          const known = made.get(concrete.name) ?? collect(concrete, inner)
          made.set(concrete.name, known)
          return known
        },
      }]
    })
  }
  const root = schema.getRootType(operation.operation)
  if (!root) throw new Error(`the schema has no ${operation.operation}`)
  return { roots: collect(root, [operation.selectionSet]) }
}
