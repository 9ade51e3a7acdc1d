// The schema of a declaration: names that would be taken, choices that are no names, descriptions, what is to be left alone, and what nobody may do.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { access, allow, backend, bigint, choice, Entity, entity, integer, many, model, ref, sequence, text } from 'backwright'
import { buildSchema, validateSchema } from 'graphql'
import { compileModel } from '../../src/define/index.ts'
import { sdlOf } from '../../src/protocols/graphql/index.ts'
import { contractOf } from '../../src/protocols/rest/index.ts'

class News extends Entity {
  static about = 'What is new'
  title = text().about('Short')
  state = choice('draft', 'in print').about('How far it is')
  kind = choice('long', 'short').default('long')
  teaser = text().optional().deprecated('Say it in the title.')
  heads = integer().optional().deprecated('Nobody counts them.')
  desk = ref(() => Node).optional().deprecated('There are no desks.')
  static access = access(News, () => [allow('read').always(), allow('create', 'update').to('staff')])
}
class Node extends entity({ id: sequence() }) {
  nodeId = text().optional()
  size = bigint().optional()
  news = many(() => News, 'desk').deprecated('There are no desks.')
  static access = access(Node, () => [allow('read').always()])
}
class NewsConnection extends Entity { note = text(); static access = access(NewsConnection, () => [allow('read').always()]) }
class Vault extends Entity { gold = integer() }

const app = backend({ name: 'odd', model: model({ news: News, node: Node, newsConnection: NewsConnection, vault: Vault }) })
const compiled = compileModel(app).model

test('names that are taken, values that are no names, what is told and what is left out', async () => {
  const sdl = await sdlOf(compiled)
  assert.deepEqual(validateSchema(buildSchema(sdl)), [])
  for (const line of [
    /^type News implements Node \{$/m, /^ {2}newsList\(/m, /^ {2}newsListAggregate\(/m, /^type NewsConnection_ \{$/m, /^type NewsConnection implements Node \{$/m, /^type Node_ \{$/m, /^ {2}node_\(/m,
    // A field of that name keeps it; the name among all others gives way.
    /^ {2}nodeId_: ID!$/m, /^ {2}nodeId: String$/m, /^ {2}state: String!$/m, /^ {2}kind: NewsKind!$/m, /"""How far it is\. One of "draft", "in print"\."""/, /"""What is new"""/, /"""Short\."""/,
    /^ {2}teaser: String @deprecated\(reason: "Say it in the title\."\)$/m, /^ {2}deskId: Int @deprecated\(reason: "There are no desks\."\)$/m, /^ {2}desk: Node_ @deprecated\(reason: "There are no desks\."\)$/m, /^ {2}createNewsList\(/m, /^ {2}updateNews\(/m, /: NewsConnection_! @deprecated/,
  ]) assert.match(sdl, line)
  for (const line of [/Vault/, /createNode/, /deleteNews/, /updateNewsConnection\b/]) assert.doesNotMatch(sdl, line)
  assert.equal(sdl, await sdlOf(compileModel(app).model), 'the same every time')
})

test('what is to be left alone is told over REST too', () => {
  const text = JSON.stringify(contractOf(compiled, '/api'))
  assert.match(text, /"teaser":\{[^{}]*"deprecated":true[^{}]*Deprecated: Say it in the title\./)
})

test('a modifier said twice is a mistake of the declaration', () => {
  class Twice extends Entity { name = text().deprecated('a').deprecated('b'); static access = access(Twice, () => [allow('read').always()]) }
  assert.throws(() => compileModel(backend({ name: 'twice', model: model({ twice: Twice }) })), /deprecated\(\) is called twice/)
})
