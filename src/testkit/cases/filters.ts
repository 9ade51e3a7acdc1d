// Every operator on every kind, null, not, or, and: over `sample`, whose third row is null in every field.
import type { Case } from '../case.ts'
import { id } from '../world.ts'

const by = (name: string, filter: unknown, ids: readonly unknown[]): Case => ({
  name: `filter: ${name}`, as: 'ann', do: { find: 'sample', filter, fields: ['id'], sort: ['id'] }, expect: { pluck: ['id', ids] },
})

/** Field, operator, value, the ids it leaves. */
const operators: readonly (readonly [field: string, op: string, value: unknown, ids: readonly number[]])[] = [
  ['uuidValue', 'eq', id(2), [2]], ['uuidValue', 'eq', id(2).toUpperCase(), [2]], ['uuidValue', 'not', id(2), [1, 3, 4]], ['uuidValue', 'in', [id(1), id(3)], [1, 4]], ['uuidValue', 'gt', id(1), [2, 4]],
  ['uuidValue', 'null', true, [3]], ['uuidValue', 'null', false, [1, 2, 4]],
  ['textValue', 'eq', 'abc', [1]], ['textValue', 'not', 'abc', [2, 3, 4]], ['textValue', 'in', ['abc', 'ABC', 'nope'], [1, 2]], ['textValue', 'in', [], []], ['textValue', 'lt', 'a', [2]],
  ['textValue', 'lte', 'abc', [1, 2]], ['textValue', 'gt', 'abc', [4]], ['textValue', 'gte', 'abc', [1, 4]], ['textValue', 'null', true, [3]],
  ['textValue', 'contains', 'b', [1, 4]], ['textValue', 'contains', '_', [4]], ['textValue', 'contains', '%', [4]], ['textValue', 'contains', '', [1, 2, 4]], ['textValue', 'containsi', 'B', [1, 2, 4]],
  ['textValue', 'startsWith', 'ab', [1]], ['textValue', 'startsWith', 'Ä', [4]], ['textValue', 'startsWithi', 'ä', [4]], ['textValue', 'startsWithi', 'AB', [1, 2]], ['textValue', 'startsWith', '', [1, 2, 4]],
  ['textValue', 'endsWith', 'c', [1]], ['textValue', 'endsWithi', 'C', [1, 2]], ['textValue', 'endsWith', '_%', [4]],
  ['integerValue', 'eq', 0, [2]], ['integerValue', 'not', 0, [1, 3, 4]], ['integerValue', 'in', [0, 2147483647], [2, 4]], ['integerValue', 'lt', 0, [1]], ['integerValue', 'lte', 0, [1, 2]],
  ['integerValue', 'gt', 0, [4]], ['integerValue', 'gte', -2147483648, [1, 2, 4]], ['integerValue', 'null', true, [3]],
  ['bigintValue', 'eq', '9007199254740993', [1]], ['bigintValue', 'eq', '9007199254740992', [4]], ['bigintValue', 'gt', '9007199254740992', [1]], ['bigintValue', 'lte', '-1', [2]], ['bigintValue', 'in', ['-1'], [2]],
  ['bigintValue', 'not', '-1', [1, 3, 4]], ['bigintValue', 'null', true, [3]],
  ['numberValue', 'eq', 0.1, [1]], ['numberValue', 'lt', 0, [2]], ['numberValue', 'gte', 2.5e-7, [1, 4]], ['numberValue', 'in', [-1.5, 0.1], [1, 2]], ['numberValue', 'not', 0.1, [2, 3, 4]], ['numberValue', 'null', true, [3]],
  ['decimalValue', 'eq', '9.50', [1]], ['decimalValue', 'lt', '10.2', [1]], ['decimalValue', 'gt', '9.5', [2, 4]], ['decimalValue', 'in', ['10.20', '9.5'], [1, 2]], ['decimalValue', 'not', '9.5', [2, 3, 4]],
  ['decimalValue', 'gt', '1000000000000000000000000', [4]], ['decimalValue', 'eq', '1000000000000000000000000', []], ['decimalValue', 'null', true, [3]],
  ['moneyValue', 'eq', '9.5', [1]], ['moneyValue', 'lt', '0', [4]], ['moneyValue', 'gte', '9.50', [1, 2]], ['moneyValue', 'null', true, [3]],
  ['booleanValue', 'eq', true, [1]], ['booleanValue', 'eq', false, [2, 4]], ['booleanValue', 'not', true, [2, 3, 4]], ['booleanValue', 'in', [true], [1]], ['booleanValue', 'null', true, [3]],
  ['timestampValue', 'eq', '2026-01-01T00:00:00Z', [2]], ['timestampValue', 'eq', '2026-01-01T01:00:00.123456+01:00', [1]], ['timestampValue', 'gt', '2026-01-01T00:00:00.123455Z', [1]],
  ['timestampValue', 'lt', '2000-01-01T00:00:00Z', [4]], ['timestampValue', 'not', '2026-01-01T00:00:00Z', [1, 3, 4]], ['timestampValue', 'null', true, [3]],
  ['dateValue', 'eq', '2024-02-29', [1]], ['dateValue', 'lt', '2024-02-29', [2]], ['dateValue', 'gte', '2024-02-29', [1, 4]], ['dateValue', 'in', ['1999-12-31', '2026-01-01'], [2, 4]], ['dateValue', 'null', true, [3]],
  ['timeValue', 'eq', '00:00:00', [2]], ['timeValue', 'eq', '09:30:00.500', [1]], ['timeValue', 'gt', '09:30:00', [1, 4]], ['timeValue', 'null', true, [3]],
  ['durationValue', 'null', true, [3]], ['durationValue', 'null', false, [1, 2, 4]], ['jsonValue', 'null', true, [3]], ['jsonValue', 'null', false, [1, 2, 4]],
  ['choiceValue', 'eq', 'mid', [2]], ['choiceValue', 'in', ['low', 'high'], [1, 4]], ['choiceValue', 'not', 'mid', [1, 3, 4]], ['choiceValue', 'null', true, [3]],
  ['emailValue', 'endsWith', '@x.example', [1, 2]], ['emailValue', 'eq', 'c@y.example', [4]], ['urlValue', 'startsWith', 'https://', [1, 2]], ['slugValue', 'in', ['a-b', 'c'], [1, 4]],
  ['bytesValue', 'eq', 'AP8', [1]], ['bytesValue', 'eq', '', [2]], ['bytesValue', 'lt', 'AP8', [2]], ['bytesValue', 'gt', 'AP8', [4]], ['bytesValue', 'null', true, [3]],
  ['textList', 'has', 'a', [1]], ['textList', 'has', '', [1]], ['textList', 'has', 'z', []], ['textList', 'null', true, [3]], ['integerList', 'has', 2, [1, 2]], ['integerList', 'null', false, [1, 2, 4]],
]

const refused = (name: string, filter: unknown, at: readonly (string | number)[]): Case => ({
  name: `filter refused: ${name}`, as: 'ann', do: { find: 'sample', filter }, expect: { failure: 'resolve.value', mistakes: [at] },
})

export const filters: readonly Case[] = [
  ...operators.map(([field, op, value, ids]) => by(`${field} ${op} ${JSON.stringify(value)}`, { [field]: { [op]: value } }, ids)),
  by('a plain value is eq', { integerValue: 0 }, [2]),
  by('a plain null is null', { integerValue: null }, [3]),
  by('not null', { integerValue: { not: null } }, [1, 2, 4]),
  by('several operators of one field', { integerValue: { gte: 0, lt: 5 } }, [2]),
  by('several fields', { booleanValue: false, integerValue: { gt: 0 } }, [4]),
  by('nothing', {}, [1, 2, 3, 4]),
  by('or', { or: [{ integerValue: 0 }, { textValue: 'abc' }] }, [1, 2]),
  by('or of nothing', { or: [] }, []),
  by('and', { and: [{ booleanValue: false }, { integerValue: { gt: 0 } }] }, [4]),
  by('not is complement, null included', { not: { integerValue: { gte: 0 } } }, [1, 3]),
  by('not of or', { not: { or: [{ integerValue: 0 }, { textValue: 'abc' }] } }, [3, 4]),
  by('not of and with null', { not: { booleanValue: false, integerValue: { gt: 0 } } }, [1, 2, 3]),
  by('not not', { not: { not: { integerValue: 0 } } }, [2]),
  by('not of in', { integerValue: { not: { in: [0, 2147483647] } } }, [1, 3]),
  refused('an unknown name', { integerValu: 1 }, ['filter', 'integerValu']),
  refused('an unknown operator', { integerValue: { contains: 'a' } }, ['filter', 'integerValue', 'contains']),
  refused('a value that does not fit', { integerValue: 1.5 }, ['filter', 'integerValue']),
  refused('a number too large', { integerValue: 2147483648 }, ['filter', 'integerValue']),
  refused('a choice there is not', { choiceValue: 'lowest' }, ['filter', 'choiceValue']),
  refused('a secret', { secretValue: 'hidden' }, ['filter', 'secretValue']),
  refused('a range of booleans', { booleanValue: { lt: true } }, ['filter', 'booleanValue', 'lt']),
  refused('a name of the prototype', { constructor: 1 }, ['filter', 'constructor']),
  refused('json by value', { jsonValue: 'text' }, ['filter', 'jsonValue']),
  { name: 'filter: full text', as: 'staff', do: { find: 'post', filter: { title: { search: 'ALPHA' } }, fields: ['title'] }, expect: { pluck: ['title', ['Alpha']] }, needs: ['filter.text.search'] },
  { name: 'filter: full text of no row', as: 'staff', do: { find: 'post', filter: { title: { search: 'omega' } } }, expect: { data: [] }, needs: ['filter.text.search'] },
]
