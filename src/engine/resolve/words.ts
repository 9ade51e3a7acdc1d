// Which bodies are one mutation, and which take steps.
import { entityOf, find, isRelationWord, type EntityModel, type Model } from '../../model/index.ts'
import { isObject } from './body.ts'

/** Whether a body that makes a row nests nothing but rows to be made with it, and references and links to rows that are there: then all of it is one mutation. */
export function isPlain(model: Model, entity: EntityModel, body: unknown): boolean {
  // The application's own code is asked row by row.
  if (model.hooks?.[entity.name]?.some(h => h.runs.beforeCreate || h.runs.afterCreate)) return false
  if (!isObject(body)) return true
  for (const name of Object.keys(body)) {
    const relation = find(entity.fields, name) ? undefined : find(entity.relations, name)
    if (!relation || relation.hidden) continue
    const raw = body[name], target = entityOf(model, relation.target)
    const said = isObject(raw) ? Object.keys(raw).filter(x => !find(target.fields, x) && !find(target.relations, x)) : []
    if (said.some(word => isRelationWord(word) && word !== 'create' && (word !== 'connect' || (!relation.owner && !relation.through)))) return false
    const made: unknown = isObject(raw) && said.includes('create') ? raw['create'] : said.includes('connect') ? [] : raw
    if (!(Array.isArray(made) ? made.every(x => isPlain(model, target, x)) : isPlain(model, target, made))) return false
  }
  return true
}
