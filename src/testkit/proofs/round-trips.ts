// Every field gives back what was written into it: by the system through `db`, and through every protocol by whoever may write it.
import type { EntityModel, FieldModel } from '../../model/index.ts'
import type { Value } from '../../operation/index.ts'
import type { Row } from '../judge.ts'
import { Unsaid, type Person } from '../stories/index.ts'
import { canonical, codeOf, listed, keyOf, keyText, put, valueAt, type Proven, type World } from './proof.ts'
import { draw, equal } from './values.ts'
import { valuesOf } from './world.ts'

const system: Person = { name: 'the system', ready: null, system: true }
/** Candidates that are tried before a field counts as one that nobody writes. */
const patience = 4

export async function proveRoundTrips(world: World): Promise<Proven> {
  const wrong: string[] = [], left: string[] = []
  let fields = 0, carried = 0, entities = 0
  await world.load(world.rows)
  for (const entity of Object.values(world.model.entities)) {
    // Code of the application may put other values in the place of those that are written.
    const changes = (world.model.hooks?.[entity.name] ?? []).some(h => h.runs.beforeUpdate !== undefined)
    if (entity.hidden || entity.readOnly || changes || (world.rows[entity.name] ?? []).length === 0) continue
    const some = Object.values(entity.fields).filter(f => f.generated === null && !f.hidden && !f.fixed && f.reference === null && f.transitions === undefined && !entity.key.includes(f.name) && !entity.uniques.some(u => u.fields.includes(f.name)))
    if (some.length > 0) entities++
    for (const field of some) {
      const first = await trip(world, entity, field, system, world.rows[entity.name] ?? [], world.carries.find(c => c.name === 'db') ?? world.carries[0])
      if (first === null) { left.push(`${entity.title}.${field.name}`); continue }
      fields++
      wrong.push(...first)
      for (const carry of world.carries) {
        for (const { who, by } of world.askers) {
          if (field.by !== null && !field.by.some(role => who.ready?.roles?.includes(role))) continue
          const may = (world.rows[entity.name] ?? []).filter(r => by.readable(entity, r) && by.allows('update', entity, r) && !by.hidden(entity, r, field.name))
          if (may.length === 0) continue
          const tripped = await trip(world, entity, field, who, may, carry)
          if (tripped === null) continue
          carried++
          wrong.push(...tripped)
          break
        }
      }
    }
  }
  await world.load(world.rows)
  return {
    ok: wrong.length === 0, details: [...wrong.slice(0, 8), ...(left.length > 0 ? [`not written, since nothing drawn could be: ${left.join(', ')}`] : [])],
    says: `${fields} fields of ${entities} entities give back what is written: by the system, and ${carried} times through ${listed(world.carries.map(c => c.name))} by whoever may write them`,
  }
}

/** Writes and reads one field; null where the write was refused each time: rules look at what comes of it, too. */
async function trip({ drawing, pick, load, rows }: World, entity: EntityModel, field: FieldModel, who: Person, from: readonly Row[], through: World['carries'][number] | undefined): Promise<readonly string[] | null> {
  if (through === undefined) return null
  for (let tries = 0; tries < patience; tries++) {
    const row = pick.of(from)
    const value: Value | undefined = draw(pick, field, valuesOf(drawing, entity, field))
    if (value === undefined) return null
    const body: Record<string, unknown> = {}
    put(body, field.name, value)
    const key = keyOf(entity, row)
    try {
      // At the version it has: some entities ask for it.
      const version = entity.versionDemanded && entity.version !== null
        ? { version: Number(valueAt(await through.carry(who, { entity: entity.name, method: 'get', given: [key, { fields: [entity.version] }] }), entity.version)) } : {}
      await through.carry(who, { entity: entity.name, method: 'update', given: [key, body, version] })
      const is = await through.carry(who, { entity: entity.name, method: 'get', given: [key, { fields: [field.name.split('.')[0] ?? field.name] }] })
      // A row that the write took out of sight is not looked at.
      if (is === null) continue
      const back = valueAt(is, field.name)
      return equal(field, value, canonical(back)) ? [] : [`${entity.title}.${field.name} of ${keyText(entity, row)}, written by ${who.name} through ${through.name}: ${JSON.stringify(value)} came back as ${JSON.stringify(canonical(back))}`]
    } catch (error) {
      if (error instanceof Unsaid) continue
      codeOf(error)
    }
  }
  await load(rows)
  return null
}
