// Arguments of a field: what the document says is worked out once, so that a request only brings the values of its variables.
import { getArgumentValues, Kind, type ValueNode, type VariableValues } from 'graphql'
import { separate, shapeText, type Filter } from '../../wire/index.ts'
import type { Args, Chosen, Template } from './structure.ts'

/** Stands where the value of a variable belongs. */
class Hole {
  readonly variable: string
  constructor(variable: string) { this.variable = variable }
}

/** Worked out once where no variable stands in them. */
export function argumentsOf(chosen: Chosen, variables: VariableValues): Args {
  const { field, known, nodes } = chosen
  if (field === null) return {}
  if (!known.fixed) return getArgumentValues(field, nodes[0], variables)
  return (known.args ??= getArgumentValues(field, nodes[0], variables))
}

/** The arguments beside `where`, and its filter with the text of its shape; the filter's values are added to `values`. The same `args` are the same arguments. */
export function listArguments(chosen: Chosen, variables: VariableValues, values: unknown[]): { readonly args: Args; readonly filter: Filter | null; readonly text: string } {
  const { coerced } = variables
  const template = (chosen.known.template ??= { made: templateOf(chosen, variables, values.length) }).made
  if (template !== null && template.from === values.length && template.variables.every(name => typeof coerced[name] === 'string' || typeof coerced[name] === 'number')) {
    for (const value of template.values) values.push(value instanceof Hole ? coerced[value.variable] : value)
    return template.open.length === 0 ? template : { ...template, args: { ...template.args, ...Object.fromEntries(template.open.map(([name, variable]) => [name, coerced[variable]])) } }
  }
  const { where, ...args } = argumentsOf(chosen, variables)
  const filter = where === undefined || where === null ? null : separate(where, values)
  return { args, filter, text: filter === null ? '' : shapeText(filter) }
}

/** Null: a variable stands where its value decides more than itself. */
function templateOf({ field, nodes: [node] }: Chosen, { sources }: VariableValues, from: number): Template | null {
  if (field === null) return null
  const variables = (node.arguments ?? []).flatMap(a => variablesIn(a.value))
  let all: Args
  // A scalar of any form that holds a variable takes it for itself, or refuses a hole.
  try { all = getArgumentValues(field, node, { sources, coerced: Object.fromEntries(variables.map(name => [name, new Hole(name)])) }) } catch { return null }
  const { where, ...rest } = all
  const values: unknown[] = []
  for (let i = 0; i < from; i++) values.push(null)
  const filter = where === undefined || where === null ? null : separate(where, values)
  const open = Object.entries(rest).flatMap(([name, value]): [string, string][] => (value instanceof Hole ? [[name, value.variable]] : []))
  const own = values.slice(from)
  // A hole that is found in no such place is somewhere inside.
  if (open.length + own.filter(x => x instanceof Hole).length !== variables.length) return null
  const args = Object.fromEntries(Object.entries(rest).filter(([, value]) => !(value instanceof Hole)))
  return { args, open, variables: [...new Set(variables)], filter, text: filter === null ? '' : shapeText(filter), values: own, from }
}

function variablesIn(value: ValueNode): readonly string[] {
  switch (value.kind) {
    case Kind.VARIABLE: return [value.name.value]
    case Kind.LIST: return value.values.flatMap(variablesIn)
    case Kind.OBJECT: return value.fields.flatMap(f => variablesIn(f.value))
    default: return []
  }
}
