// Hooks: the application's own code around the writes of an entity, declared on the model and put into backend({ hooks }).
import { calledFrom, type EntityClass, type HookDeclaration, type ModelDeclaration } from '../model/compile/index.ts'
import type { Hook, Hooking } from './infer-hooks.ts'

/** The method `hook` of a model. */
export function hooking<M>(model: ModelDeclaration): Hooking<M> {
  const hook = (entity: EntityClass, options: HookDeclaration['options']): Hook => ({ '~declared': { is: 'hook', entity, options, model, at: calledFrom(hook) } })
  return { hook } as unknown as Hooking<M>
}
