// What somebody who signs up may say of themselves: what a new account must have, and what the application lists. Nothing else, whatever a body names.
import { Field, id, type Class } from '../../define/index.ts'
import { accountFields } from '../account.ts'
import type { Settings } from '../settings.ts'

type Declared = { readonly '~declared': { readonly is: string } }
type FieldDeclared = Field<'text'>['~declared']

/** Members of the input, and what of an input becomes fields of the row. */
export function signUpFields({ user, signUp }: Settings): { readonly members: Readonly<Record<string, Field<'text'>>>; readonly read: (input: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> } {
  const made = Reflect.construct(user as unknown as new () => object, []) as Readonly<Record<string, Declared | undefined>>
  const members: Record<string, Field<'text'>> = {}
  for (const [name, builder] of Object.entries(made)) {
    const declared = builder?.['~declared']
    if (declared === undefined || (accountFields as readonly string[]).includes(name)) continue
    if (declared.is === 'field') {
      const of = declared as unknown as FieldDeclared
      const must = !of.optional && of.default === null && of.generated === null && of.by === null && of.ours !== true
      if (!must && !(signUp?.fields.includes(name) ?? false)) continue
      const { kind } = of.default ?? {}, left = of.default !== null && kind !== 'value' && kind !== 'now'
      members[name] = new Field({ ...of, unique: false, fixed: false, index: false, searchable: false, hidden: false, by: null, was: null, asked: false, ...(of.default === null ? {} : { default: null, optional: true }), ...(left ? { optional: true } : {}) })
    } else if (declared.is === 'reference') {
      const of = declared as unknown as { readonly optional: boolean; readonly default: unknown; readonly by: unknown; readonly target: () => Class }
      const must = !of.optional && of.default === null && of.by === null
      if (!must && !(signUp?.fields.includes(`${name}Id`) ?? false)) continue
      const key = id(of.target())
      members[`${name}Id`] = (must ? key : key.optional()) as unknown as Field<'text'>
    }
  }
  const names = Object.keys(members)
  // A default of the row's own stands where nothing was said.
  return { members, read: input => Object.fromEntries(names.flatMap(name => (input[name] === undefined || input[name] === null ? [] : [[name, input[name]]]))) }
}
