// The read-back: a model and its rules as one document for people who do not read declarations. From the same model the same document, to the letter.
import { actionsOf, type ActionModel, type DerivedModel, type EntityModel, type FieldModel, type HookMoment, type Member, type Model, type RelationModel, type WebhookEvent } from '../model/index.ts'
import { absurd, type Expression } from '../operation/index.ts'
import type { Block } from './block.ts'
import { drawEntities, drawStates } from './draw.ts'
import { matrixOf, merged, type Matrix } from './matrix.ts'
import { ofTheCaller, phrase } from './phrase.ts'
import { verbs } from './rights.ts'
import { callSentences, ruleSentences, transitionSentences } from './sentence.ts'
import { a, bindingNoun, capital, listed, nounOf, pluralOf, roleNoun, said, words } from './words.ts'

export function readBack(model: Model): readonly Block[] {
  const shown = Object.values(model.entities).filter(e => !e.hidden), matrix = matrixOf(model)
  const drawn = drawEntities(model), actions = actionsOf(model).filter(x => x.entity === null)
  return [
    { is: 'heading', level: 1, text: capital(words(model.name)) },
    { is: 'text', text: `What this application keeps, what it does, and who may do what: ${listed([`${shown.length} ${shown.length === 1 ? 'entity' : 'entities'}`, ...counted(actionsOf(model).length, 'action'), ...counted(Object.keys(model.webhooks ?? {}).length, 'webhook'), ...counted(Object.values(model.hooks ?? {}).flat().length, 'hook')])}. Written by \`backwright read\` from the declaration, and by nobody's hand; the same declaration gives the same page, so that what changes in it is what changed.` },
    { is: 'drawing', ...drawn, says: drawn.says },
    { is: 'heading', level: 2, text: 'Who may do what' },
    ...whoAsks(model), ...overview(model, matrix),
    { is: 'heading', level: 2, text: 'The entities' },
    ...shown.flatMap(e => entityBlocks(model, e, matrix)),
    ...(actions.length === 0 ? [] : [{ is: 'heading', level: 2, text: 'Actions' } as const, ...actions.flatMap(x => actionBlocks(model, x)), rightsTable(matrix, null, 'Actions')]),
    ...hookBlocks(model), ...webhookBlocks(model), ...classifiedBlocks(model),
  ]
}
const counted = (n: number, noun: string): readonly string[] => (n === 0 ? [] : [`${n} ${noun}${n === 1 ? '' : 's'}`])

function whoAsks(model: Model): Block[] {
  const claims = model.roles.length + Object.keys(model.callers).length
  return [
    { is: 'list', items: [
      '**visitor**: whoever is not signed in', '**signed in**: whoever has a token that is trusted, and is nothing of what follows',
      ...Object.values(model.callers).map(c => {
        const entity = model.entities[c.entity]
        return `**${c.name}**: whoever is ${a(bindingNoun(model, c.name))}: the \`${c.claim}\` of the token is the \`${c.match}\` of ${entity === undefined ? 'a row' : a(nounOf(entity))}`
      }),
      ...model.roles.map(role => `**${role}**: whoever has the role`),
    ] },
    { is: 'text', text: `What no rule allows is refused. A rule that denies wins over all that allow. To change or delete a row one must be allowed to read it, and may not make of it what no rule lets one change. A field that is hidden is left out, or null where it is hidden by its row, and not written there. A claim that is missing, or of another type than what it is compared with, never grants and always denies and hides.${claims > 1 ? ' A column is whoever is just that; of those who are several, `backwright explain` tells.' : ''}` },
  ]
}

function overview(model: Model, matrix: Matrix): Block[] {
  const rows = Object.values(model.entities).filter(e => !e.hidden).map(e => {
    const lines = matrix.lines.filter(l => l.entity === e && verbs.some(v => v === l.says))
    return [e.title, ...matrix.sorts.map((_, i) => {
      const told = lines.flatMap(l => { const s = l.cells[i]?.standing; return s === 'always' ? [l.says] : s === 'some' ? [`${l.says} some`] : [] })
      return told.length === 0 ? 'no' : told.join(', ')
    })]
  })
  return [{ is: 'table', says: 'Who may do what', head: ['Entity', ...matrix.sorts.map(s => s.name)], rows, marks: 'rights' }]
}

function rightsTable(matrix: Matrix, entity: EntityModel | null, says: string): Block {
  return { is: 'table', says, head: ['May', ...matrix.sorts.map(s => s.name)], rows: merged(matrix.lines.filter(l => l.entity === entity)).map(l => [l.says, ...l.cells.map(c => c.text)]), marks: 'rights' }
}

function entityBlocks(model: Model, entity: EntityModel, matrix: Matrix): Block[] {
  const states = Object.values(entity.fields).filter(f => f.transitions !== undefined && f.transitions.length > 0)
  const own = actionsOf(model).filter(x => x.entity === entity.name && x.taking === undefined)
  return [
    { is: 'heading', level: 3, text: entity.title },
    ...(entity.about === null ? [] : [{ is: 'text', text: entity.about } as const]),
    { is: 'list', items: rulesOf(model, entity) },
    rightsTable(matrix, entity, `Who may do what to ${pluralOf(entity)}`),
    ...states.flatMap((f): Block[] => [{ is: 'drawing', ...drawStates(entity, f) }, { is: 'list', items: (f.transitions ?? []).flatMap(t => transitionSentences(model, entity, f.name, t)) }]),
    ...own.flatMap(x => actionBlocks(model, x)),
    { is: 'table', says: `Fields of ${pluralOf(entity)}`, head: ['Field', 'Kind', 'Meaning'], rows: fieldRows(model, entity) },
    ...(Object.values(entity.fields).some(kept) ? [{ is: 'text', text: `The server keeps ${listed(Object.values(entity.fields).filter(kept).map(f => `\`${f.name}\``))}.` } as const] : []),
  ]
}

function rulesOf(model: Model, entity: EntityModel): readonly string[] {
  const noun = nounOf(entity), whole = entity.whole === null ? undefined : entity.relations[entity.whole], of = whole && model.entities[whole.target]
  const tenants = entity.tenant === undefined ? undefined : model.entities[model.tenant?.entity ?? '']
  const told = [
    ...(tenants === undefined ? [] : [`Each is of one ${nounOf(tenants)}, that of whoever makes it, for good; whoever acts for another ${nounOf(tenants)} never meets it, whatever follows.`]),
    ...entity.rules.flatMap(r => ruleSentences(model, entity, r)),
  ]
  if (of !== undefined) {
    const it = nounOf(of)
    return [`${capital(a(noun))} is part of ${a(it)}: whoever may read the ${it} may read it, and whoever may read and update the ${it} may create, update and delete it.`, ...told]
  }
  const open = verbs.filter(v => !entity.rules.some(r => r.effect === 'allow' && r.verbs.includes(v)))
  if (entity.readOnly) return [...told, `Nobody writes ${pluralOf(entity)}: they are only read.`]
  return [...told, ...(open.length === 0 ? [] : [`Nobody may ${listed(open, 'or')} ${a(noun)}${open.length === 4 ? ': only the application itself does' : ''}.`])]
}

/** What every row has. */
const kept = (f: FieldModel): boolean => f.generated === 'createdAt' || f.generated === 'updatedAt' || f.generated === 'version'

function fieldRows(model: Model, entity: EntityModel): readonly (readonly string[])[] {
  return [
    ...Object.values(entity.fields).filter(f => !kept(f)).map(f => [`\`${f.name}\``, kindText(f), meaning(model, entity, f)]),
    ...Object.values(entity.derived ?? {}).map(d => [`\`${d.name}\``, d.kind === 'boolean' ? 'yes or no' : 'number', derivedText(model, entity, d)]),
    ...Object.values(entity.relations).filter(r => !r.hidden && !r.owner).map(r => [`\`${r.name}\``, relationText(model, r), r.about ?? '']),
  ]
}
function relationText(model: Model, r: RelationModel): string {
  const target = model.entities[r.target]
  const noun = target === undefined ? r.target : r.one ? a(nounOf(target)) : pluralOf(target)
  return r.one ? `${noun} or none` : r.owned ? `${noun}, its parts` : noun
}

function kindText(f: FieldModel): string {
  if (f.reference !== null) return 'reference'
  const { min, max, minLength, maxLength, minItems, maxItems, choices, currency } = f.bounds
  const from = (low: unknown, high: unknown, unit: string): string => {
    const s = (v: unknown): string => said(v as never, f.scalar, f)
    return low !== undefined && high !== undefined ? `, ${s(low)} to ${s(high)}${unit}` : high !== undefined ? `, at most ${s(high)}${unit}` : low !== undefined ? `, at least ${s(low)}${unit}` : ''
  }
  const kind = f.kind === 'choice' ? listed((choices ?? []).map(c => said(c, 'text', f)), 'or') : f.kind === 'money' && currency !== undefined ? `money in ${currency}` : f.kind
  const bounds = f.kind === 'choice' ? '' : `${min === undefined && max === undefined ? '' : from(min, max, '')}${minLength === undefined && maxLength === undefined ? '' : from(minLength === undefined ? undefined : String(minLength), maxLength === undefined ? undefined : String(maxLength), ' long').replace(/[“”]/g, '')}`
  const items = minItems === undefined && maxItems === undefined ? '' : `, ${minItems ?? 0} to ${maxItems ?? 'any number'} of them`
  return `${f.list ? 'list of ' : ''}${kind}${bounds}${items}`
}

function meaning(model: Model, entity: EntityModel, f: FieldModel): string {
  const relation = f.reference === null ? undefined : entity.relations[f.reference], target = relation && model.entities[relation.target]
  return [
    (f.about ?? relation?.about)?.replace(/\.$/, '') ?? null,
    target === undefined || relation === undefined ? null : relation.name === entity.whole ? `the ${nounOf(target)} it is part of` : words(relation.name) === nounOf(target) ? `its ${nounOf(target)}` : `its ${words(relation.name)}, ${a(nounOf(target))}`,
    f.computed === undefined ? null : computedText(model, entity, f.computed),
    entity.key.includes(f.name) ? 'key' : null,
    entity.uniques.some(u => u.fields.length === 1 && u.fields[0] === f.name) ? 'unique' : null,
    f.optional ? 'may be missing' : null,
    f.default === null ? null : defaultText(f),
    f.generated === null || f.generated === 'computed' ? null : { key: 'made by the server', identity: 'counted up by the database', createdAt: 'when the row was made', updatedAt: 'when it was last changed', version: 'counts its changes', column: 'computed by the database', tenant: 'that of whoever makes the row' }[f.generated],
    f.fixed && f.generated === null ? 'never changes' : null,
    f.by === null || f.generated !== null ? null : `set by ${f.by.length === 0 ? 'the application' : listed(f.by.map(roleNoun), 'or')} only`,
    f.kind === 'secret' ? 'written, never shown' : f.hidden ? 'never shown' : null,
    f.transitions === undefined ? null : 'changes by its transitions only',
    f.classified === undefined ? null : f.classified === 'phi' ? 'tells of a person\'s health: masked in logs' : 'tells of a person: masked in logs',
    f.searchable ? 'searched as full text' : null,
    f.deprecated === undefined ? null : `to be left alone: ${f.deprecated}`,
  ].filter(x => x !== null).join('; ')
}

function defaultText({ default: of, ...f }: FieldModel): string {
  switch (of?.kind) {
    case undefined: case 'absent': return ''
    case 'value': return `${Array.isArray(of.value) && of.value.length === 0 ? 'none' : said(of.value, f.scalar, { default: of, ...f })} unless given`
    case 'now': return 'the time of its creation unless given'
    case 'expression': return 'what the database says unless given'
    case 'claim': return of.claim.startsWith('@') ? 'the caller\'s own unless given' : `the caller's claim “${of.claim}” unless given`
    case 'related': return `the ${words(of.field)} of its ${words(of.relation)} unless given`
    default: return absurd(of)
  }
}

function computedText(model: Model, entity: EntityModel, { fn, relation, of }: NonNullable<FieldModel['computed']>): string {
  const r = entity.relations[relation], rows = r === undefined ? words(relation) : words(r.name)
  const what = of === null ? '' : expressionText(of)
  return `kept up by the server: ${fn === 'count' ? `how many ${rows} it has` : `the ${{ sum: 'sum', min: 'least', max: 'greatest' }[fn] ?? fn} of ${what} over its ${rows}`}`
}
function expressionText(e: Expression): string {
  switch (e.kind) {
    case 'field': return words(e.name)
    case 'value': return String(e.value)
    case 'plus': case 'minus': case 'times': return `${expressionText(e.left)} ${{ plus: '+', minus: '−', times: '×' }[e.kind]} ${expressionText(e.right)}`
    default: return absurd(e)
  }
}

function derivedText(model: Model, entity: EntityModel, d: DerivedModel): string {
  const has = phrase(model, entity, { kind: 'some', relation: d.relation, where: d.where }, ofTheCaller('grant'))
  return [d.about, `asked when it is read: ${d.fn === 'count' ? 'how many times' : 'whether'} ${has}, among what the caller may read`].filter(x => x !== null).join('; ')
}

function actionBlocks(model: Model, action: ActionModel): Block[] {
  const entity = action.entity === null ? null : model.entities[action.entity] ?? null
  const members = (of: readonly Member[]): string => listed(of.map(m => `\`${m.name}\``))
  return [
    { is: 'text', text: `**${action.name}**${action.about === null ? '' : `: ${action.about}`}` },
    { is: 'list', items: [
      ...callSentences(model, entity, words(action.name), action.allow),
      ...(action.input.length === 0 ? [] : [`It is given ${members(action.input)}.`]), ...(action.output === null || action.output.length === 0 ? [] : [`It answers ${members(action.output)}.`]),
      ...action.failures.map(f => `It may refuse with \`${f.code}\`${f.about === null ? '' : `: ${f.about}`}.`.replace(/\.\.$/, '.')),
      ...(action.contract === null ? [] : [`It is served as \`${action.contract.method} ${action.contract.path}\`, somebody else's contract.`]),
    ] },
  ]
}

const moments: Record<HookMoment, string> = {
  beforeCreate: 'before one is created', afterCreate: 'after one is created', beforeUpdate: 'before one is updated', afterUpdate: 'after one is updated', beforeDelete: 'before one is deleted', afterDelete: 'after one is deleted',
}
function hookBlocks(model: Model): Block[] {
  const hooks = Object.values(model.hooks ?? {}).flat()
  if (hooks.length === 0) return []
  return [
    { is: 'heading', level: 2, text: 'Code around writes' },
    { is: 'text', text: 'Runs in the transaction of the write; what it does beyond this is said by the code alone.' },
    { is: 'list', items: hooks.map(h => `\`${h.name}\`, around ${pluralOfName(model, h.entity)}: ${listed((Object.keys(h.runs) as HookMoment[]).map(m => moments[m]))}${h.failures.length === 0 ? '' : `. It may refuse with ${listed(h.failures.map(f => `\`${f.code}\``), 'or')}`}`) },
  ]
}
const pluralOfName = (model: Model, name: string): string => { const e = model.entities[name]; return e === undefined ? name : pluralOf(e) }

function webhookBlocks(model: Model): Block[] {
  const hooks = Object.values(model.webhooks ?? {})
  if (hooks.length === 0) return []
  const on = (e: WebhookEvent): string => {
    const entity = model.entities[e.entity]
    if (entity === undefined) return e.entity
    return `${a(nounOf(entity))} is ${{ create: 'created', update: 'updated', delete: 'deleted' }[e.verb]}${e.fields.length === 0 ? '' : ` in its ${listed(e.fields.map(words), 'or')}`}${e.when.kind === 'always' ? '' : ` and then ${phrase(model, entity, e.when, ofTheCaller('grant'))}`}`
  }
  return [
    { is: 'heading', level: 2, text: 'Webhooks' },
    { is: 'list', items: hooks.map(w => {
      const as = w.as === null ? 'with its key alone' : w.as.person !== undefined ? `as ${w.as.person} sees it` : w.as.roles.length > 0 ? `as ${listed(w.as.roles.map(roleNoun))} sees it` : 'as somebody without roles sees it'
      return `\`${w.name}\` tells ${w.to.env === undefined ? w.to.text : `the address in \`${w.to.env}\``} when ${listed(w.on.map(on), 'or')}, ${as}.`
    }) },
  ]
}

function classifiedBlocks(model: Model): Block[] {
  const of = Object.values(model.entities).filter(e => !e.hidden).flatMap(e => Object.values(e.fields).filter(f => f.classified !== undefined).map(f => [`${e.title}.${f.name}`, f.classified === 'phi' ? 'health' : 'person']))
  return of.length === 0 ? [] : [
    { is: 'heading', level: 2, text: 'What tells of people' }, { is: 'text', text: 'Shown to whoever may see it, and masked in every log, the change log too.' },
    { is: 'table', says: 'What tells of people', head: ['Field', 'Tells of'], rows: of.map(([f = '', what = '']) => [`\`${f}\``, what]) },
  ]
}
