// References hidden by row: the keeper of a pet that is not tame is nobody, whichever way one asks, and from its own side the pet is not there.
import type { Case, Expect } from '../case.ts'
import type { Part } from '../request.ts'
import { id, type Who } from '../world.ts'

const hidden = (name: string, as: Who, part: Part, expect: Expect): Case => ({ name: `hidden reference: ${name}`, as, do: part, expect })
const pets = { find: 'pet', fields: ['name'], sort: ['name'] } as const
const visits = { find: 'visit', fields: ['reason'], sort: ['reason'] } as const
const people = { find: 'person', fields: ['name'], sort: ['name'] } as const
const names = (...of: readonly string[]): Expect => ({ pluck: ['name', of] })

export const references: readonly Case[] = [
  hidden('its key is null', 'ann', { ...pets, fields: ['keeperId'] }, { pluck: ['keeperId', [id(1), null, null, null]] }),
  hidden('its key is given to who may see it', 'staff', { ...pets, fields: ['keeperId'] }, { pluck: ['keeperId', [id(1), null, id(1), id(2)]] }),
  hidden('included it is null', 'ann', { ...pets, include: { keeper: { fields: ['name'] } } }, {
    data: [{ name: 'Rex', keeper: { name: 'Ann' } }, { name: 'Stray', keeper: null }, { name: 'Tiger', keeper: null }, { name: 'Ula', keeper: null }],
  }),
  hidden('included, for who may see it', 'staff', { ...pets, include: { keeper: { fields: ['name'] } } }, {
    data: [{ name: 'Rex', keeper: { name: 'Ann' } }, { name: 'Stray', keeper: null }, { name: 'Tiger', keeper: { name: 'Ann' } }, { name: 'Ula', keeper: { name: 'Ben' } }],
  }),
  hidden('included with what it includes', 'ann', { ...pets, filter: { name: { in: ['Rex', 'Ula'] } }, include: { keeper: { fields: ['name'], include: { pets: { fields: ['name'] } } } } }, {
    data: [{ name: 'Rex', keeper: { name: 'Ann', pets: [{ name: 'Rex' }] } }, { name: 'Ula', keeper: null }],
  }),
  hidden('in a filter by its key', 'ann', { ...pets, filter: { keeperId: id(1) } }, names('Rex')),
  hidden('in a filter by its key, null', 'ann', { ...pets, filter: { keeperId: null }, count: 'exact' }, { ...names('Stray', 'Tiger', 'Ula'), total: 3 }),
  hidden('in a filter through it', 'ann', { ...pets, filter: { keeper: { name: 'Ann' } } }, names('Rex')),
  hidden('in a filter through it, of nobody one sees', 'ann', { ...pets, filter: { keeper: { name: 'Ben' } } }, names()),
  hidden('in a filter through it by the key', 'ann', { ...pets, filter: { keeper: { id: id(1) } } }, names('Rex')),
  hidden('in a filter through it, under not', 'ann', { ...pets, filter: { keeper: { not: { name: 'Ann' } } } }, names('Stray', 'Tiger', 'Ula')),
  hidden('in a filter through it, of a row of nulls', 'ann', { ...pets, filter: { keeper: { plan: null } } }, names('Stray', 'Tiger', 'Ula')),
  hidden('it is not there', 'ann', { ...pets, filter: { keeper: null } }, names('Stray', 'Tiger', 'Ula')),
  hidden('it is there', 'ann', { ...pets, filter: { keeper: { null: false } } }, names('Rex')),
  hidden('in a filter two deep', 'ann', { ...pets, filter: { keeper: { reports: { some: { name: 'Ben' } } } } }, names('Rex')),
  hidden('in a filter, for who may see it', 'staff', { ...pets, filter: { keeper: { name: 'Ann' } } }, names('Rex', 'Tiger')),
  hidden('in a sort by its key', 'ann', { ...pets, sort: ['keeperId', 'name'] }, names('Rex', 'Stray', 'Tiger', 'Ula')),
  hidden('in a sort through it', 'ann', { ...pets, sort: ['keeper.name', '-name'] }, names('Rex', 'Ula', 'Tiger', 'Stray')),
  hidden('in a sort through it, descending', 'ann', { ...pets, sort: ['-keeper.name', 'name'] }, names('Stray', 'Tiger', 'Ula', 'Rex')),
  hidden('in a sort, for who may see it', 'staff', { ...pets, sort: ['-keeper.name', 'name'] }, names('Stray', 'Ula', 'Rex', 'Tiger')),
  hidden('pages through it', 'ann', { ...pets, fields: ['id'], sort: ['keeper.name', 'name'], size: 1 }, { pages: [[id(41)], [id(44)], [id(42)], [id(43)]] }),
  hidden('in a group', 'ann', { aggregate: 'pet', group: ['keeperId'], measure: ['count', 'countDistinct(keeperId)'] }, {
    data: [{ group: { keeperId: id(1) }, count: 1, countDistinct: { keeperId: 1 } }, { group: { keeperId: null }, count: 3, countDistinct: { keeperId: 0 } }],
  }),
  hidden('from the other side, included', 'ann', { ...people, include: { pets: { fields: ['name'] } } }, {
    data: [{ name: 'Ann', pets: [{ name: 'Rex' }] }, { name: 'Ben', pets: [] }, { name: 'Cyd', pets: [] }],
  }),
  hidden('from the other side, for who may see it', 'staff', { ...people, filter: { name: { in: ['Ann', 'Ben'] } }, include: { pets: { fields: ['name'], sort: ['name'] } } }, {
    data: [{ name: 'Ann', pets: [{ name: 'Rex' }, { name: 'Tiger' }] }, { name: 'Ben', pets: [{ name: 'Ula' }] }],
  }),
  hidden('from the other side, in a filter', 'ann', { ...people, filter: { pets: { some: {} } } }, names('Ann')),
  hidden('from the other side, by what is hidden', 'ann', { ...people, filter: { pets: { some: { tame: false } } } }, names()),
  hidden('from the other side, under not', 'ann', { ...people, filter: { not: { pets: { some: { tame: false } } } } }, names('Ann', 'Ben', 'Cyd')),
  hidden('from the other side, counted', 'ann', { find: 'person', of: { key: [id(1)], relation: 'pets' }, fields: ['name'], count: 'exact' }, { ...names('Rex'), total: 1 }),
  hidden('from the other side, of another', 'ann', { find: 'person', of: { key: [id(2)], relation: 'pets' }, fields: ['name'], count: 'exact' }, { data: [], total: 0 }),
  // Hidden by what a relation of the row says: who is host decides whose visit it was.
  hidden('through a relation, its key', 'ann', { ...visits, fields: ['petId'] }, { pluck: ['petId', [id(41), null]] }),
  hidden('through a relation, its key for who may see it', 'staff', { ...visits, fields: ['petId'] }, { pluck: ['petId', [id(41), id(41)]] }),
  hidden('through a relation, included', 'ann', { ...visits, include: { pet: { fields: ['name'] } } }, { data: [{ reason: 'ears', pet: { name: 'Rex' } }, { reason: 'teeth', pet: null }] }),
  hidden('through a relation, in a filter', 'ann', { ...visits, filter: { pet: { name: 'Rex' } } }, { pluck: ['reason', ['ears']] }),
  hidden('through a relation, in a filter by the key', 'ann', { ...visits, filter: { pet: { id: id(41) } } }, { pluck: ['reason', ['ears']] }),
  hidden('through a relation, in a sort', 'ann', { ...visits, sort: ['-pet.name', 'reason'] }, { pluck: ['reason', ['teeth', 'ears']] }),
  hidden('through a relation, from the other side', 'ann', { ...pets, filter: { visits: { some: { reason: { in: ['ears', 'teeth'] } } } }, include: { visits: { fields: ['reason'] } } }, {
    data: [{ name: 'Rex', visits: [{ reason: 'ears' }] }],
  }),
  hidden('through a relation, from the other side, in a filter', 'ann', { ...pets, filter: { visits: { some: { reason: 'teeth' } } } }, names()),
]
