// Aggregates: every measure on every scalar it is for, of nothing, grouped, sorted, under rules.
import type { Case } from '../case.ts'
import type { Aggregated } from '../request.ts'
import { id, type Who } from '../world.ts'

const measured = (name: string, as: Who, part: Aggregated, data: unknown): Case => ({ name: `aggregate: ${name}`, as, do: part, expect: { data } })
const sample = (...measure: readonly string[]): Aggregated => ({ aggregate: 'sample', measure })
const refused = (name: string, part: Aggregated, at: readonly (string | number)[]): Case => ({ name: `aggregate refused: ${name}`, as: 'staff', do: part, expect: { failure: 'resolve.value', mistakes: [at] } })

export const aggregates: readonly Case[] = [
  measured('count', 'ann', sample('count'), [{ count: 4 }]),
  measured('integers', 'ann', sample('sum(integerValue)', 'avg(integerValue)', 'min(integerValue)', 'max(integerValue)', 'countDistinct(integerValue)'), [
    { sum: { integerValue: '-1' }, avg: { integerValue: '-0.33333333333333333333' }, min: { integerValue: -2147483648 }, max: { integerValue: 2147483647 }, countDistinct: { integerValue: 3 } },
  ]),
  measured('bigints', 'ann', sample('sum(bigintValue)', 'avg(bigintValue)', 'max(bigintValue)'), [{ sum: { bigintValue: '18014398509481984' }, avg: { bigintValue: '6004799503160661.3333' }, max: { bigintValue: '9007199254740993' } }]),
  measured('decimals keep their digits', 'ann', { ...sample('sum(decimalValue)', 'min(decimalValue)'), filter: { id: { in: [1, 2] } } }, [{ sum: { decimalValue: '19.7' }, min: { decimalValue: '9.5' } }]),
  measured('thirty digits', 'ann', sample('sum(decimalValue)'), [{ sum: { decimalValue: '1000000000000000000000019.700000000000000000000000000001' } }]),
  measured('money', 'ann', sample('sum(moneyValue)', 'avg(moneyValue)', 'min(moneyValue)'), [{ sum: { moneyValue: '19.69' }, avg: { moneyValue: '6.5633333333333333' }, min: { moneyValue: '-0.01' } }]),
  measured('floating numbers are numbers', 'ann', { ...sample('sum(numberValue)', 'avg(numberValue)', 'max(numberValue)'), filter: { id: 2 } }, [{ sum: { numberValue: -1.5 }, avg: { numberValue: -1.5 }, max: { numberValue: -1.5 } }]),
  measured('text, times and days', 'ann', sample('min(textValue)', 'max(textValue)', 'min(timestampValue)', 'max(dateValue)', 'min(timeValue)'), [{
    min: { textValue: 'ABC', timestampValue: '1999-12-31T23:59:59.999999+00:00', timeValue: '00:00:00' }, max: { textValue: 'Äb_%', dateValue: '2026-01-01' },
  }]),
  measured('distinct booleans', 'ann', sample('countDistinct(booleanValue)'), [{ countDistinct: { booleanValue: 2 } }]),
  measured('of nothing', 'ann', { ...sample('count', 'sum(integerValue)', 'avg(decimalValue)', 'min(textValue)', 'countDistinct(textValue)'), filter: { id: 99 } }, [
    { count: 0, sum: { integerValue: null }, avg: { decimalValue: null }, min: { textValue: null }, countDistinct: { textValue: 0 } },
  ]),
  measured('of nothing, grouped', 'ann', { ...sample('count'), group: ['booleanValue'], filter: { id: 99 } }, []),
  measured('grouped by the elements of a list', 'ann', { ...sample('count'), group: ['integerList'] }, [{ group: { integerList: 1 }, count: 1 }, { group: { integerList: 2 }, count: 2 }]),
  measured('grouped by an element and a field', 'ann', { ...sample('count'), group: ['textList', 'choiceValue'], filter: { id: 1 } }, ['', 'a', 'b'].map(textList => ({ group: { textList, choiceValue: 'low' }, count: 1 }))),
  measured('grouped', 'staff', { aggregate: 'post', group: ['status'], measure: ['count', 'sum(views)'] }, [
    { group: { status: 'locked' }, count: 1, sum: { views: '0' } }, { group: { status: 'open' }, count: 2, sum: { views: '15' } }, { group: { status: 'secret' }, count: 2, sum: { views: '12' } },
  ]),
  measured('grouped, under rules', 'ann', { aggregate: 'post', group: ['status'], measure: ['count'] }, [{ group: { status: 'locked' }, count: 1 }, { group: { status: 'open' }, count: 2 }, { group: { status: 'secret' }, count: 1 }]),
  measured('grouped by a nullable field', 'ann', { aggregate: 'sample', group: ['booleanValue'], measure: ['count'] }, [{ group: { booleanValue: false }, count: 2 }, { group: { booleanValue: true }, count: 1 }, { group: { booleanValue: null }, count: 1 }]),
  measured('grouped by two', 'staff', { aggregate: 'post', group: ['authorId', 'status'], measure: ['count'], filter: { authorId: id(1) } }, [
    { group: { authorId: id(1), status: 'locked' }, count: 1 }, { group: { authorId: id(1), status: 'open' }, count: 1 }, { group: { authorId: id(1), status: 'secret' }, count: 1 },
  ]),
  measured('sorted by a measure', 'staff', { aggregate: 'post', group: ['status'], measure: ['sum(views)'], sort: ['-sum(views)'] }, [
    { group: { status: 'open' }, sum: { views: '15' } }, { group: { status: 'secret' }, sum: { views: '12' } }, { group: { status: 'locked' }, sum: { views: '0' } },
  ]),
  measured('sorted by count, then by group', 'staff', { aggregate: 'post', group: ['status'], measure: ['count'], sort: ['-count'], size: 2 }, [{ group: { status: 'open' }, count: 2 }, { group: { status: 'secret' }, count: 2 }]),
  measured('filtered through a relation', 'staff', { aggregate: 'comment', measure: ['count'], filter: { post: { author: { name: 'Ann' } } } }, [{ count: 4 }]),
  measured('of parts, under the rules of their wholes', 'ann', { aggregate: 'comment', measure: ['count'] }, [{ count: 5 }]),
  { name: 'aggregate: of what may not be read', as: 'staff', do: { aggregate: 'vault', measure: ['sum(gold)'] }, expect: { failure: 'caller.forbidden' } },
  refused('no measure', { aggregate: 'sample', measure: [] }, ['measure']),
  refused('the sum of text', { aggregate: 'sample', measure: ['sum(textValue)'] }, ['measure', 0]),
  refused('a secret', { aggregate: 'sample', measure: ['max(secretValue)'] }, ['measure', 0]),
  refused('a group of json', { aggregate: 'sample', measure: ['count'], group: ['jsonValue'] }, ['group', 0]),
  refused('a sort by what is not there', { aggregate: 'sample', measure: ['count'], sort: ['name'] }, ['sort', 0]),
]
