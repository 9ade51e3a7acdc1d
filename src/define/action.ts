// Actions: named pieces of the application's own logic, declared on the model and put into backend({ actions }).
import { actionOptions, calledFrom, type ActionDeclaration, type EntityClass, type ModelDeclaration } from '../model/compile/index.ts'
import type { Acting } from './infer-actions.ts'
import type { AnyAction } from './infer-shapes.ts'

/** The method `action` of a model. */
export function acting<M>(model: ModelDeclaration): Acting<M> {
  const action = (first: unknown, second?: unknown): AnyAction => {
    const entity = typeof first === 'function' ? (first as EntityClass) : null
    const options = (entity === null ? first : second) as Readonly<Record<string, unknown>> | undefined
    const { about, allow, input, output, failures, isolation, contract, path, prepare, conflicts, unkept, run } = options ?? {}
    const declared: ActionDeclaration = {
      entity, about, allow, input, output, failures, isolation, contract, path, unkept, prepare: prepare as ActionDeclaration['prepare'], conflicts: conflicts as ActionDeclaration['conflicts'],
      run: run as ActionDeclaration['run'], model,
      unknown: Object.keys(options ?? {}).filter(name => !actionOptions.includes(name)), at: calledFrom(action),
    }
    return { '~declared': declared } as AnyAction
  }
  return { action } as Acting<M>
}
