// `backend({ hooks })` → the code around the writes of each entity, in the order it was written.
import { suggest } from '../../failure/index.ts'
import type { EntityName } from '../../operation/index.ts'
import { hookMoments, type FailureModel, type HookModel, type HookMoment, type HookRun } from '../model.ts'
import { failuresOf, type ActingOn } from './actions.ts'
import type { BackendDeclaration, HookDeclaration } from './declaration.ts'
import type { Shaping } from './shapes.ts'

export function hooksIn(declaration: BackendDeclaration, on: ActingOn, failures: Map<string, FailureModel>): Readonly<Record<EntityName, readonly HookModel[]>> {
  const found = new Map<EntityName, HookModel[]>()
  for (const [name, given] of Object.entries(declaration.hooks)) {
    const declared = declaredIn(given), title = `hooks.${name}`
    if (!declared) { on.mistakes.add(declaration.at(), { entity: title }, 'This is no hook.', 'Write shop.hook(Order, { … }) of your model.'); continue }
    const at = declared.at()
    const say = (reason: string, hint = ''): void => on.mistakes.add(at, { entity: title }, reason, hint)
    const draft = on.drafts.all.find(d => d.entity === declared.entity), entity = draft && on.entities.get(draft.name)
    if (!entity) { say(`${typeof declared.entity === 'function' ? declared.entity.name : 'Its entity'} is not in the model.`); continue }
    if (declared.model !== declaration.model) say('It is a hook of another model.', 'Declare it on the model that backend({ model }) names.')
    if (entity.readOnly) say(`${entity.title} is only read.`)
    const { failures: own, ...rest } = declared.options
    const runs = Object.entries(rest).flatMap(([key, run]): [HookMoment, HookRun][] => {
      const moment = hookMoments.find(m => m === key)
      if (!moment) { say(`There is no '${key}'.`, suggest(key, [...hookMoments, 'failures'])); return [] }
      if (typeof run !== 'function') { say(`${key} is no function.`); return [] }
      return [[moment, run as HookRun]]
    })
    if (runs.length === 0) say('It does nothing.', `It has ${hookMoments.join(', ')}.`)
    const shaping: Shaping = { title, at, mistakes: on.mistakes, entityOf: of => { const d = on.drafts.all.find(x => x.entity === of); return d && on.entities.get(d.name) } }
    const hook: HookModel = { name, entity: entity.name, failures: failuresOf(own, shaping, on, failures), runs: Object.fromEntries(runs), place: at }
    found.set(entity.name, [...(found.get(entity.name) ?? []), hook])
  }
  return Object.fromEntries(found)
}

function declaredIn(x: unknown): HookDeclaration | null {
  const found: unknown = typeof x === 'object' && x !== null ? Reflect.get(x, '~declared') : undefined
  return typeof found === 'object' && found !== null && Reflect.get(found, 'is') === 'hook' ? (found as HookDeclaration) : null
}
