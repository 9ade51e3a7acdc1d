// What Conduit promises, in stories: each runs through every protocol of its own, under the rules that the contract stands on.
import assert from 'node:assert/strict'
import { stories } from 'backwright/testkit'
import conduit from './conduit.ts'

const story = stories(conduit)
type Given = Parameters<Parameters<typeof story>[1]>[0]

/** Somebody who has registered, and how they ask. */
async function person({ as, conduit }: Given, username: string) {
  await conduit.register({ username, email: `${username}@x.example`, password: 'password123' })
  const { data: [found] } = await conduit.user.find({ where: { username } })
  assert.ok(found)
  return { id: found.id, db: as({ claims: { sub: found.id } }) }
}

story('a draft is its author\'s alone, and nobody likes it or talks about it, until it is published for good', async given => {
  const { as } = given, ann = await person(given, 'ann'), ben = await person(given, 'ben')
  const { id } = await ann.db.article.create({ title: 'Soon', description: 'd', body: 'b', status: 'draft', tagList: ['b', 'a', 'b'] })
  assert.equal(await ben.db.article.get(id), null)
  assert.equal(await as.visitor.article.count(), 0)
  await assert.rejects(ann.db.favorite.create({ articleId: id }), { code: 'caller.forbidden' })
  await assert.rejects(ann.db.comment.create({ articleId: id, body: 'mine' }), { code: 'caller.forbidden' })
  await ann.db.article.publish(id)
  const seen = await as.visitor.article.get(id, { fields: ['slug', 'tagList', 'status', 'version'] })
  assert.deepEqual([seen?.tagList, seen?.status, seen?.version, seen?.slug.startsWith('soon-')], [['a', 'b'], 'published', 2, true])
  await assert.rejects(ann.db.article.update(id, { status: 'draft' }), { code: 'row.transition' })
})

story('who likes and follows does so once and for themselves; what is deleted takes along what hangs on it', async given => {
  const { as, conduit } = given, ann = await person(given, 'ann'), ben = await person(given, 'ben')
  const { id } = await ann.db.article.create({ title: 'Liked', description: 'd', body: 'b' })
  await ben.db.favorite.create({ articleId: id })
  await assert.rejects(ben.db.favorite.create({ articleId: id }), { code: 'row.duplicate' })
  await assert.rejects(ben.db.favorite.create({ articleId: id, userId: ann.id }), { code: 'caller.forbidden' })
  await ben.db.follow.create({ followedId: ann.id })
  const [mine, theirs] = [await ben.db.article.get(id, { fields: ['favorited', 'favoritesCount'] }), await as.visitor.article.get(id, { fields: ['favorited', 'favoritesCount'] })]
  assert.deepEqual([mine?.favorited, mine?.favoritesCount, theirs?.favorited, theirs?.favoritesCount], [true, 1, false, 1])
  await ben.db.comment.create({ articleId: id, body: 'nice' })
  await assert.rejects(ben.db.article.delete(id), { code: 'caller.forbidden' })
  await ann.db.article.delete(id)
  assert.deepEqual([await conduit.comment.count(), await conduit.favorite.count(), await conduit.follow.count()], [0, 0, 1])
})

export default story
