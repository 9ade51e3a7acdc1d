// What a document may ask for at most, found out before it is validated: depth, breadth, aliases, directives, and fragments that go round in circles.
import { GraphQLError, Kind, Source, type ASTNode, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql'
import { failures } from '../../failure/index.ts'

export interface Limits {
  /** Words and signs of a document. */
  readonly tokens: number
  /** Fields in one another; a relation's list takes three. */
  readonly depth: number
  /** Fields, each fragment counted wherever it is spread. */
  readonly fields: number
  /** Fields of Query or Mutation: one statement each. */
  readonly roots: number
  readonly aliases: number
  readonly directives: number
  /** Rows an answer may come to if every page is full. */
  readonly cost: number
}
export const defaultLimits: Limits = { tokens: 10_000, depth: 30, fields: 1000, roots: 20, aliases: 100, directives: 50, cost: 20_000 }
/** The longest name an object of more than fifty members may have in the database. */
const longestName = 63

const refuse = (message: string, nodes: readonly ASTNode[], facts: object = {}): GraphQLError =>
  new GraphQLError(message, { nodes, extensions: { code: 'resolve.limit', status: failures['resolve.limit'].status, ...facts } })

/** Brackets of all sorts in one another: looked at before parsing, which goes down as deep as they do. */
export const deepest = 200
export function tooDeep(text: string): GraphQLError | null {
  let depth = 0, most = 0, at = 0
  // Strings, blocks of text and comments hold brackets that are none.
  for (const m of text.matchAll(/"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n\r]*|[{[(]|[}\])]/g)) {
    const [sign] = m
    if (sign === '{' || sign === '[' || sign === '(') {
      depth++
      if (depth > most) { most = depth; at = m.index }
    } else if (sign.length === 1) depth--
  }
  if (most <= deepest) return null
  return new GraphQLError(`The document has ${most} brackets in one another; ${deepest} is the budget.`, {
    source: new Source(text), positions: [at], extensions: { code: 'resolve.limit', status: failures['resolve.limit'].status, limit: 'brackets', cost: most, budget: deepest },
  })
}

interface Size { readonly depth: number; readonly fields: number; readonly aliases: number; readonly directives: number }

/** The first limit that the document goes beyond; null: none. Takes time proportional to its length. */
export function beyond(document: DocumentNode, limits: Limits): GraphQLError | null {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const d of document.definitions) if (d.kind === Kind.FRAGMENT_DEFINITION) fragments.set(d.name.value, d)
  const known = new Map<string, Size | 'open'>()
  let found: GraphQLError | null = null

  const sizeOf = (set: SelectionSetNode): Size => {
    let depth = 0, fields = 0, aliases = 0, directives = 0
    const add = (inner: Size, deeper: number): void => {
      depth = Math.max(depth, inner.depth + deeper)
      fields += inner.fields
      aliases += inner.aliases
      directives += inner.directives
    }
    for (const s of set.selections) {
      directives += s.directives?.length ?? 0
      switch (s.kind) {
        case Kind.FIELD:
          fields++
          if (s.alias !== undefined) aliases++
          if ((s.alias ?? s.name).value.length > longestName) found ??= refuse(`A name in an answer may have ${longestName} characters.`, [s])
          depth = Math.max(depth, 1)
          if (s.selectionSet) add(sizeOf(s.selectionSet), 1)
          break
        case Kind.INLINE_FRAGMENT: add(sizeOf(s.selectionSet), 0); break
        case Kind.FRAGMENT_SPREAD: {
          const name = s.name.value, fragment = fragments.get(name)
          // One that does not exist is for validation to say.
          if (fragment === undefined) break
          const before = known.get(name)
          if (before === 'open') { found ??= refuse(`The fragment ${name} contains itself.`, [s]); break }
          add(before ?? sizeOfFragment(fragment), 0)
          break
        }
      }
    }
    return { depth, fields, aliases, directives }
  }
  const sizeOfFragment = (fragment: FragmentDefinitionNode): Size => {
    known.set(fragment.name.value, 'open')
    const inner = sizeOf(fragment.selectionSet)
    const size = { ...inner, directives: inner.directives + (fragment.directives?.length ?? 0) }
    known.set(fragment.name.value, size)
    return size
  }

  for (const d of document.definitions) {
    if (d.kind !== Kind.OPERATION_DEFINITION && d.kind !== Kind.FRAGMENT_DEFINITION) continue
    const size = d.kind === Kind.FRAGMENT_DEFINITION ? known.get(d.name.value) ?? sizeOfFragment(d) : sizeOf(d.selectionSet)
    if (found) return found
    if (size === 'open') continue
    const counts = [['depth', size.depth, 'deep'], ['fields', size.fields, 'fields large'], ['aliases', size.aliases, 'aliases long'], ['directives', size.directives + (d.directives?.length ?? 0), 'directives long']] as const
    for (const [limit, cost, word] of counts) {
      if (cost > limits[limit]) return refuse(`The document is ${cost} ${word}; ${limits[limit]} is the budget.`, [d], { limit, cost, budget: limits[limit] })
    }
  }
  return found
}
