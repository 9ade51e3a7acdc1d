// What may be done with the rows of a relation in a body: an object of words, each with what it takes.
import { GraphQLInputObjectType, GraphQLNonNull, type GraphQLInputFieldConfig, type GraphQLInputFieldConfigMap, type GraphQLInputType } from 'graphql'
import { entityOf, may, movable, onWire, isOne, shown, wordsOf, type Change, type EntityModel, type FieldModel, type RelationModel, type RelationWord } from '../../../model/index.ts'
import { bodyFields, bodyInput, inputOf, listOf } from './bodies.ts'
import type { Book } from './book.ts'
import { capital } from './names.ts'

const words: Readonly<Record<Change, string>> = { create: 'Create', update: 'Update', replace: 'Upsert' }
const abouts: Readonly<Record<RelationWord, readonly [one: string, many: string]>> = {
  create: ['A new one.', 'New rows.'], connect: ['One that is there.', 'Rows that are there.'], connectOrCreate: ['The one that `where` finds, else a new one.', 'Rows that `where` finds, else new ones.'],
  disconnect: ['None from now on.', 'No longer these.'], set: ['', 'Exactly these: others go.'], update: ['The one it has.', 'Those it has, by their key or by `where`.'], upsert: ['The one it has, else a new one.', 'Those that `where` finds among what it has, else new ones.'],
  delete: ['The one it has.', 'These, of what it has.'],
}

/** The body of a write of an entity; null: there is nothing to say. */
export const body = (b: Book, entity: EntityModel, change: Change): GraphQLInputObjectType | null => bodyInput(b, entity, change, relationInput)

/** Words that somebody may ever say. */
function sayable(b: Book, entity: EntityModel, r: RelationModel, change: Change): readonly RelationWord[] {
  const target = entityOf(b.model, r.target)
  if (target.hidden || (target.readOnly === true && !r.owner && r.through === null)) return []
  const part = target.whole !== null && r.inverse === target.whole
  const allowed = (verb: 'read' | 'create' | 'update' | 'delete'): boolean => part || may(b.model, target, verb) !== 'never'
  const said: readonly RelationWord[] = change === 'replace' ? (r.owner && movable(entity).includes(r) ? ['connect'] : []) : wordsOf(b.model, entity, r, change)
  return said.filter(word => {
    switch (word) {
      case 'create': return allowed('create')
      case 'connect': return finders(target).length > 0 && (r.owner || r.through !== null ? allowed('read') : allowed('read') && allowed('update'))
      case 'connectOrCreate': return finders(target).length > 0 && allowed('read') && allowed('create')
      case 'update': return allowed('update')
      case 'upsert': return allowed('create') && allowed('update')
      case 'delete': return allowed('delete')
      case 'disconnect': case 'set': return r.owner || r.through !== null || allowed('update')
    }
  })
}

function relationInput(b: Book, entity: EntityModel, r: RelationModel, change: Change): GraphQLInputType | null {
  const said = sayable(b, entity, r, change)
  if (said.length === 0) return null
  const target = entityOf(b.model, r.target)
  return b.once(`${change} ${entity.name}.${r.name}`, `${b.names.title(entity)}${words[change]}${capital(r.name)}`, name => new GraphQLInputObjectType({
    name, description: r.one ? 'One of these.' : 'What is done with its rows, in one transaction.',
    fields: () => {
      const fields: GraphQLInputFieldConfigMap = {}
      for (const word of said) {
        const type = wordInput(b, target, r, word)
        if (type !== null) fields[word] = { type: r.one || isFlag(r, word) ? type : listOf(type), description: abouts[word][r.one ? 0 : 1] }
      }
      return fields
    },
  }))
}

const isFlag = (r: RelationModel, word: RelationWord): boolean => r.one && (word === 'disconnect' || word === 'delete')

function wordInput(b: Book, target: EntityModel, r: RelationModel, word: RelationWord): GraphQLInputType | null {
  const part = target.whole !== null && r.inverse === target.whole
  switch (word) {
    case 'create': return body(b, target, 'create')
    case 'connect': return finder(b, target, false)
    case 'connectOrCreate': return pair(b, target, 'ConnectOrCreate', { where: finder(b, target, false), create: completed(b, target) })
    case 'disconnect': case 'delete': return r.one ? b.scalars.Boolean : finder(b, target, true)
    case 'set': return part ? either(b, target) : finder(b, target, false)
    case 'update': return r.one ? body(b, target, 'update') : changed(b, target)
    case 'upsert': return r.one ? pair(b, target, 'UpsertOne', { create: body(b, target, 'create'), update: body(b, target, 'update') }) : pair(b, target, 'UpsertOneOf', { where: finder(b, target, true), create: completed(b, target), update: changed(b, target) })
  }
}

/** All of these must be there. */
function pair(b: Book, target: EntityModel, suffix: string, of: Readonly<Record<string, GraphQLInputType | null>>): GraphQLInputType | null {
  if (Object.values(of).includes(null)) return null
  return b.once(`${suffix} ${target.name}`, `${b.names.title(target)}${suffix}`, name => new GraphQLInputObjectType({
    name, fields: Object.fromEntries(Object.entries(of).map(([n, type]) => [n, { type: new GraphQLNonNull(type as never) }])),
  }))
}

/** Fields that find a row: its key, or others that are unique together. */
function finders(target: EntityModel): readonly FieldModel[] {
  const seen = (n: string): boolean => { const f = target.fields[n]; return f !== undefined && shown(target, f) !== 'never' }
  return [...new Set([target.key, ...target.uniques.map(u => u.fields)].filter(way => way.every(seen)).flat())].flatMap(n => target.fields[n] ?? [])
}
const fieldsOf = (b: Book, target: EntityModel, of: readonly FieldModel[]): GraphQLInputFieldConfigMap => Object.fromEntries(onWire(of).map(({ name, of: f }): [string, GraphQLInputFieldConfig] => [name, {
  type: isOne(f) ? inputOf(b, target, f) : b.once(`composite finder ${target.name}.${name}`, `${b.names.title(target)}${capital(name)}Finder`, inner => new GraphQLInputObjectType({ name: inner, fields: Object.fromEntries(f.map(x => [x.name.split('.')[1] ?? x.name, { type: new GraphQLNonNull(inputOf(b, target, x) as never) }])) })),
}]))
/** The version that was read, of a row among others. */
const version = (b: Book, target: EntityModel): GraphQLInputFieldConfigMap =>
  (target.version === null ? {} : { [target.version]: { type: b.scalars.Int, description: 'Written only if the row still has this version.' } })

/** What finds a row; `versioned`: and the version that was read. */
function finder(b: Book, target: EntityModel, versioned: boolean): GraphQLInputObjectType {
  const ways = [target.key, ...target.uniques.map(u => u.fields)].map(way => way.join(' and ')).join(', or by ')
  return b.once(`${versioned ? 'found' : 'connect'} ${target.name}`, `${b.names.title(target)}${versioned ? 'Found' : 'Connect'}`, name => new GraphQLInputObjectType({
    name, description: `What finds a ${b.names.title(target)}: by ${ways}. What its place in the body says is left out.`, fields: () => ({ ...fieldsOf(b, target, finders(target)), ...(versioned ? version(b, target) : {}) }),
  }))
}

/** A row among those of a relation, found by its key or by `where`, and its changes. */
function changed(b: Book, target: EntityModel): GraphQLInputObjectType {
  return b.once(`changed ${target.name}`, `${b.names.title(target)}UpdateOneOf`, name => new GraphQLInputObjectType({
    name, description: `Changes of a ${b.names.title(target)} among others: named by its key or by \`where\`.`,
    fields: () => ({ ...fieldsOf(b, target, target.key.flatMap(n => target.fields[n] ?? [])), ...version(b, target), where: { type: finder(b, target, true) }, ...bodyFields(b, target, 'update', relationInput) }),
  }))
}

/** A new row, of which `where` may have said what finds it. */
function completed(b: Book, target: EntityModel): GraphQLInputObjectType {
  const said = new Set([...target.key, ...target.uniques.flatMap(u => u.fields)])
  return b.once(`completed ${target.name}`, `${b.names.title(target)}CreateElse`, name => new GraphQLInputObjectType({
    name, description: `A new ${b.names.title(target)}: what \`where\` says need not be said again.`, fields: () => bodyFields(b, target, 'create', relationInput, f => said.has(f.name)),
  }))
}

/** One of the rows that are to be there: one it has, with its changes, or a new one. */
function either(b: Book, target: EntityModel): GraphQLInputObjectType {
  return b.once(`set ${target.name}`, `${b.names.title(target)}Set`, name => new GraphQLInputObjectType({
    name, description: 'One it has, named by its key or by `where`, with its changes; or a new one.',
    fields: () => ({
      ...bodyFields(b, target, 'create', relationInput, () => true), ...fieldsOf(b, target, target.key.flatMap(n => target.fields[n] ?? [])), ...version(b, target), where: { type: finder(b, target, true) },
      ...bodyFields(b, target, 'update', relationInput),
    }),
  }))
}
