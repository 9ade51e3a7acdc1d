// Objects as they are answered: an entity's schema, what `fields` and `include` make of it, and examples of rows.
import {
  crossed, entityOf, includable, isOne, may, onWire, partName, relationOf, shown, through, visible, type DerivedModel, type EntityModel, type FieldModel, type Model, type RelationModel,
} from '../../../model/index.ts'
import { given, words, type Book, type Json, type Members, type Schema } from './book.ts'
import { defaultAbout, exampleOf, fieldAbout, orNull, sentence, valueSchema } from './values.ts'

export interface Contract { readonly model: Model; readonly book: Book; readonly prefix: string }

/** A field as a property; a composite reference is an object of its parts. */
export function property(of: FieldModel | readonly FieldModel[], use: 'read' | 'write', nullable: boolean, model: Model, entity: EntityModel, change?: 'create' | 'update' | 'replace'): Schema {
  if (isOne(of)) {
    const schema = valueSchema(of, use), example = exampleOf(model, entity, of)
    const about = [fieldAbout(of, use), use === 'write' && change !== 'update' ? defaultAbout(of) : ''].filter(x => x !== '').join(' ')
    return given({ ...(nullable ? orNull(schema) : schema), deprecated: of.deprecated === undefined ? undefined : true, description: about === '' ? schema['description'] : about, examples: example === undefined ? undefined : [example] })
  }
  const parts = Object.fromEntries(of.map(f => [partName(f), property(f, use, false, model, entity)]))
  const schema = { type: 'object', properties: parts, required: Object.keys(parts), additionalProperties: false }
  return nullable ? { ...schema, type: ['object', 'null'] } : schema
}

/** An object with every field: what is answered when nothing else is asked for. */
export function rowSchema(c: Contract, entity: EntityModel): Members {
  return c.book.ref('schemas', `row ${entity.name}`, entity.title, () => rowOf(c, entity, true))
}

/** What an answer holds of a row, whatever `fields` said. */
export function answerSchema(c: Contract, entity: EntityModel): Members {
  return c.book.ref('schemas', `answer ${entity.name}`, `${entity.title}Answer`, () => ({
    description: `A whole ${entity.title}, or where \`fields\` was given only what it names.`,
    anyOf: [rowSchema(c, entity), c.book.ref('schemas', `some ${entity.name}`, `${entity.title}Fields`, () => rowOf(c, entity, false))],
  }))
}

function rowOf(c: Contract, entity: EntityModel, whole: boolean): Schema {
  const properties: Record<string, Json> = {}
  const required: string[] = []
  for (const { name, of } of onWire(visible(entity))) {
    const fields = isOne(of) ? [of] : of
    const seen = fields.every(f => shown(entity, f) === 'always')
    properties[name] = property(of, 'read', !seen || fields.some(f => f.optional), c.model, entity)
    if (seen && fields.every(f => f.asked !== true)) required.push(name)
  }
  for (const d of Object.values(entity.derived ?? {})) {
    properties[d.name] = derivedSchema(d)
    if (crossed(c.model, entity, relationOf(entity, d.relation)) === 'always') required.push(d.name)
  }
  for (const relation of includable(c.model, entity)) properties[relation.name] = includedSchema(c, entity, relation)
  return given({
    type: 'object', description: whole ? aboutOf(entity) : `Parts of a ${entity.title}, as \`fields\` names them.`, properties,
    required: whole && required.length > 0 ? required : undefined, additionalProperties: false,
    'x-entity': whole ? standingOf(c.model, entity) : undefined, 'x-states': whole ? statesOf(entity) : undefined,
  })
}

/** For drawings and tools: what the entity is called and where it is, and how it hangs together with others. Only relations that stand in the contract anyway. */
function standingOf(model: Model, entity: EntityModel): Members {
  const there = (name: string): boolean => includable(model, entity).some(r => r.name === name)
  const relations = includable(model, entity).map(r => {
    const target = entityOf(model, r.target), inverse = includable(model, target).find(other => other.name === r.inverse)
    return [r.name, {
      to: target.name, many: !r.one, optional: r.one && r.optional, by: r.owner ? r.on.map(pair => pair.local) : [], inverse: inverse?.name ?? null, manyBack: target.relations[r.inverse]?.one !== true, owned: r.owned,
    }] as const
  })
  return {
    name: entity.name, path: entity.path, key: [...entity.key], partOf: entity.whole !== null && there(entity.whole) ? relationOf(entity, entity.whole).target : null,
    relations: Object.fromEntries(relations),
  }
}

/** For drawings: the states of each field that has some, and what leads from one to another. */
function statesOf(entity: EntityModel): Members | undefined {
  const moving = visible(entity).filter(f => f.transitions)
  return moving.length === 0 ? undefined : Object.fromEntries(moving.map(f => [f.name, {
    states: [...(f.bounds.choices ?? [])], begins: f.default?.kind === 'value' ? String(f.default.value) : null,
    transitions: (f.transitions ?? []).map(t => ({ name: t.name, from: [...t.from], to: t.to, by: t.by === null ? null : [...t.by], when: t.whenText })),
  }]))
}

/** What is counted or asked of related rows, as far as the caller may read those. */
function derivedSchema(d: DerivedModel): Schema {
  const about = d.about === null ? '' : `${sentence(d.about)} `
  return d.fn === 'count' ? { type: 'integer', format: 'int64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: `${about}How many ${words(d.relation)} you may read.`, examples: [3] }
    : { type: 'boolean', description: `${about}Whether there is one among the ${words(d.relation)} that you may read.`, examples: [true] }
}

export const aboutOf = (entity: EntityModel): string => (entity.about === null ? `One of the ${words(entity.path)}.` : sentence(entity.about))

function includedSchema(c: Contract, entity: EntityModel, relation: RelationModel): Schema {
  const target = entityOf(c.model, relation.target)
  const row = answerSchema(c, target)
  const about = `${relation.about === null ? '' : `${sentence(relation.about)} `}There when \`include\` names it.`
  if (!relation.one) return { type: 'array', items: row, maxItems: target.page.max, description: about }
  const there = !relation.optional && relation.owner && through(c.model, entity, relation) === 'always'
  return there ? { ...row, description: about } : { anyOf: [row, { type: 'null' }], description: `${about} Null where there is none${may(c.model, target, 'read') === 'always' ? '' : ', or none you may read'}.` }
}

/** A row as an answer might have it; undefined where a field nobody can think of a value for is required. */
export function rowExample(c: Contract, entity: EntityModel): Members | undefined {
  const row: Record<string, Json> = {}
  for (const { name, of } of onWire(visible(entity).filter(f => f.asked !== true))) {
    const value = wireExample(c.model, entity, of)
    const fields = isOne(of) ? [of] : of
    if (value !== undefined) row[name] = value
    else if (fields.every(f => f.optional || shown(entity, f) !== 'always')) row[name] = null
    else return undefined
  }
  for (const d of Object.values(entity.derived ?? {})) row[d.name] = d.fn === 'count' ? 3 : true
  return row
}

export function wireExample(model: Model, entity: EntityModel, of: FieldModel | readonly FieldModel[]): Json | undefined {
  if (isOne(of)) return exampleOf(model, entity, of)
  const parts = of.map(f => [partName(f), exampleOf(model, entity, f)] as const)
  return parts.some(([, v]) => v === undefined) ? undefined : given(Object.fromEntries(parts))
}

const cursor = { type: ['string', 'null'], pattern: '^[A-Za-z0-9_-]+$', maxLength: 4096 } as const

/** `{ "data": [ … ], "page": { … } }`. */
export function listSchema(c: Contract, entity: EntityModel): Members {
  return c.book.ref('schemas', `list ${entity.name}`, `${entity.title}List`, () => ({
    type: 'object', description: `A page of ${words(entity.path)}.`, required: ['data', 'page'], additionalProperties: false,
    properties: {
      data: { type: 'array', items: answerSchema(c, entity), maxItems: entity.page.max },
      page: c.book.ref('schemas', 'page', 'Page', () => ({
        type: 'object', description: 'What comes before and after.', required: ['next', 'previous'], additionalProperties: false,
        properties: {
          next: { ...cursor, description: 'For `page[after]`; null on the last page.', examples: ['WyI3Z0xwIiwiMjAyNiJd'] },
          previous: { ...cursor, description: 'For `page[before]`; null on the first page.', examples: [null] },
          total: { type: 'integer', format: 'int64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'How many there are on all pages, where `count` asked.', examples: [42] },
          totalIsAtLeast: { const: true, type: 'boolean', description: 'Counting stopped at `total`.' },
          more: { type: 'array', items: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_.]*$', maxLength: 1000 }, maxItems: 20, description: 'Included lists that were cut by their page; each can be read to its end at its own address.', examples: [['items']] },
        },
      })),
    },
  }))
}

export function listExample(c: Contract, entity: EntityModel): Members | undefined {
  const row = rowExample(c, entity)
  return row && { data: [row], page: { next: null, previous: null } }
}
