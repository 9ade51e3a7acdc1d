// What a careful engineer would write by hand for two of Conduit's addresses, seen by nobody in particular: Fastify, `pg` with pipelining, named statements, JSON made by the database.
// It answers what ours answers, member for member. It has no ETags, no limits, no other parameter than these, and knows no token.
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import pg from 'pg'
import { connected } from '../peer.ts'

const shown = (body: string): string => `cross join lateral (select u.username, u.bio, u.image, false as following) w
  cross join lateral (select a.slug, a.title, a.description, ${body}a.tag_list as "tagList", a.created_at as "createdAt", a.updated_at as "updatedAt", false as favorited,
    (select count(*) from favorites f where f.article_id = a.id) as "favoritesCount", a.status, a.published_at as "publishedAt", a.version as revision, w as author) x`
const list = `select coalesce(array_to_json(array_agg(x order by a.created_at desc, a.id desc)), '[]')::text as body, (select count(*) from articles where status = 'published')::int as total
  from (select * from articles where status = 'published' order by created_at desc, id desc limit $1 offset $2) a join users u on u.id = a.author_id ${shown('')}`
const one = `select to_json(x)::text as body from articles a join users u on u.id = a.author_id ${shown('a.body, ')} where a.slug = $1 and a.status = 'published'`
const connections = 4

await connected(async ({ database }) => {
  const clients = await Promise.all(Array.from({ length: connections }, async () => {
    const client = new pg.Client({ ...database, pipeline: true, statement_timeout: 5000, options: '-c TimeZone=UTC -c jit=off' } as pg.ClientConfig)
    await client.connect()
    return client
  }))
  let turn = 0
  const ask = async <R>(name: string, text: string, values: readonly unknown[]): Promise<R | undefined> => (await clients[turn = (turn + 1) % connections]?.query({ name, text, values: [...values] }))?.rows[0] as R | undefined
  const app = Fastify()
  app.get<{ Querystring: { limit?: string; offset?: string } }>('/api/articles', async ({ query: { limit = '20', offset = '0' } }, reply) => {
    const found = await ask<{ body: string; total: number }>('list', list, [Number(limit), Number(offset)])
    return reply.type('application/json').send(`{"articles":${found?.body ?? '[]'},"articlesCount":${found?.total ?? 0}}`)
  })
  app.get<{ Params: { slug: string } }>('/api/articles/:slug', async ({ params: { slug } }, reply) => {
    const found = await ask<{ body: string }>('one', one, [slug])
    if (!found) return reply.code(404).send({ errors: { article: ['not found'] } })
    return reply.type('application/json').send(`{"article":${found.body}}`)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: (app.server.address() as AddressInfo).port, close: async () => { await app.close(); await Promise.all(clients.map(c => c.end())) } }
})
