// Conduit: people who write articles, comment on them, like them and follow each other.
import { access, Account, allow, backend, caller, choice, count, email, Entity, entity, everyone, hide, identity, index, list, many, model, ref, resource, secret, sequence, signedIn, slugOf, some, text, timestamp, transitions, type StoredRow } from 'backwright'

const words = (bounds = {}) => text({ pattern: /\S/, ...bounds })
const short = { max: 100 }

export class User extends Account {
  username = words(short).unique()
  bio = text().optional()
  image = text().optional()
  followers = many(() => Follow, 'followed')
  following = some(User, 'followers', f => f.follower.is(caller))

  static access = access(User, ({ row, caller }) => [
    allow('read').always(),
    allow('update', 'delete').when(row.is(caller)),
    hide('email', 'emailVerified', 'roles').unless(row.is(caller)),
  ])
}

export class Article extends Entity {
  slug = text().unique().default('')
  title = words()
  description = words()
  body = words()
  tagList = list(words({ max: 100 })).default([])
  status = choice('draft', 'published').default('published')
  publishedAt = timestamp().optional()
  author = ref(() => User).default(caller.user).fixed().cascade()
  fans = many(() => Favorite, 'article')
  favorited = some(Article, 'fans', f => f.user.is(caller))
  favoritesCount = count(Article, 'fans')

  static indexes = [index(Article, '-createdAt'), index(Article, 'tagList')]
  static transitions = transitions(Article, 'status', () => ({ publish: { from: 'draft', to: 'published' } }))
  static access = access(Article, ({ row, caller }) => [
    allow('read').when(row.status.eq('published').or(row.author.is(caller))),
    allow('create', 'update', 'delete').when(row.author.is(caller)),
  ])
}

export class Comment extends entity({ id: sequence() }) {
  body = words()
  article = ref(() => Article).fixed().cascade()
  author = ref(() => User).default(caller.user).fixed().cascade()

  static access = access(Comment, ({ row, caller }) => [
    allow('read').always(),
    allow('create').when(row.author.is(caller).and(row.article.status.eq('published'))),
    allow('delete').when(row.author.is(caller)),
  ])
}

export class Favorite extends entity({ key: ['user', 'article'], bare: true }) {
  user = ref(() => User).default(caller.user).cascade()
  article = ref(() => Article).cascade()

  static access = access(Favorite, ({ row, caller }) => [
    allow('read').always(),
    allow('create').when(row.user.is(caller).and(row.article.status.eq('published'))),
    allow('delete').when(row.user.is(caller)),
  ])
}

export class Follow extends entity({ key: ['follower', 'followed'], bare: true }) {
  follower = ref(() => User).default(caller.user).cascade()
  followed = ref(() => User).cascade()

  static access = access(Follow, ({ row, caller }) => [
    allow('read').always(),
    allow('create', 'delete').when(row.follower.is(caller)),
  ])
}

export const blog = model({ user: User, article: Article, comment: Comment, favorite: Favorite, follow: Follow })

const { accounts, ...who } = identity({ user: User, signIn: { unverified: true } })
const register = blog.action({
  allow: everyone,
  input: { username: words(short), email: email(), password: secret({ min: 8 }) },
  output: { token: text().optional() },
  prepare: ({ input }) => accounts.hash(input.password, { weak: true }),
  conflicts: ({ input, ...given }) => accounts.unique(given, input),
  async run({ input, prepared, ...given }) {
    return accounts.signIn(given, { userId: await accounts.signUp(given, { ...input, password: prepared }) })
  },
})
const login = blog.action({
  allow: everyone,
  input: { email: words(), password: secret({ min: 1 }) },
  output: { token: text().optional() },
  prepare: ({ input, ...given }) => accounts.check(given, { login: input.email, password: input.password }),
  run: ({ prepared, ...given }) => accounts.signIn(given, prepared),
})
const settings = blog.action({
  allow: signedIn,
  input: { username: words(short).omittable(), email: email().omittable(), password: secret({ min: 8 }).omittable(), bio: text().optional().omittable(), image: text().optional().omittable() },
  prepare: async ({ input }) => input.password === undefined ? {} : { password: await accounts.hash(input.password, { weak: true }) },
  conflicts: ({ input, ...given }) => accounts.unique(given, input, given.caller.id),
  async run({ input: { password, email, ...input }, prepared, ...given }) {
    const id = given.caller.id ?? ''
    await accounts.change(given, id, { ...email && { email }, ...prepared })
    await given.db.user.update(id, input)
  },
})

const finish = ({ title = '', tagList = [], status }: Partial<StoredRow<Article>>, before?: StoredRow<Article>) => ({
  slug: title === before?.title ? before.slug : slugOf(title),
  tagList: [...new Set(tagList)].sort(),
  publishedAt: before?.publishedAt ?? (status === 'draft' ? null : new Date()),
})
const finished = blog.hook(Article, {
  beforeCreate: ({ row }) => finish(row),
  beforeUpdate: ({ row, before }) => finish(row, before),
})

const published = { status: 'published' } as const
const draft = { failures: { 'caller.forbidden': { at: 'article', status: 422, says: 'is a draft' } } }
const profile = resource(User, { as: 'profile', by: 'username', fields: ['username', 'bio', 'image', 'following'] })
const account = resource(User, { as: 'user', fields: ['email', 'username', 'bio', 'image'], token: 'token' })
const article = resource(Article, {
  as: 'article', by: 'slug', count: 'articlesCount', sort: ['-createdAt'], omit: ['body'], takes: ['title', 'description', 'body', 'tagList'],
  fields: ['slug', 'title', 'description', 'body', 'tagList', 'createdAt', 'updatedAt', 'favorited', 'favoritesCount', 'status', 'publishedAt', { revision: 'version', author: profile }],
})
const comment = resource(Comment, { as: 'comment', fields: ['id', 'createdAt', 'updatedAt', 'body', { author: profile }] })

const conduit = blog.contract({
  path: '/api', scheme: 'Token', blank: null, extra: 'ignored',
  failures: {
    blank: "can't be blank", invalid: 'is invalid',
    'caller.unknown': { at: 'token', says: 'is missing' }, 'caller.token': { at: 'token', says: 'is invalid' }, 'caller.forbidden': 'forbidden',
    'row.missing': 'not found', 'row.duplicate': 'has already been taken', 'row.stale': { at: 'revision', says: 'is stale', status: 409, current: true },
    'auth.credentials': { at: 'credentials', says: 'invalid' },
  },
  routes: {
    'POST /users': account.call(register, { status: 201 }),
    'POST /users/login': account.call(login),
    'GET /user': account.get({ own: true }),
    'PUT /user': account.call(settings),
    'GET /user/drafts': article.list({ where: ({ user }) => ({ status: 'draft', author: { id: user } }) }),
    'GET /profiles/{profile}': profile.get(),
    'POST /profiles/{profile}/follow': profile.link(Follow),
    'DELETE /profiles/{profile}/follow': profile.unlink(Follow),
    'GET /articles': article.list({ where: published, filters: { tag: 'tagList', author: 'author.username', favorited: 'fans.user.username' } }),
    'GET /articles/feed': article.list({ where: ({ user }) => ({ ...published, author: { followers: { some: { follower: { id: user } } } } }) }),
    'POST /articles': article.create({ also: ['status'] }),
    'GET /articles/{article}': article.get(),
    'PUT /articles/{article}': article.update(),
    'DELETE /articles/{article}': article.delete(),
    'POST /articles/{article}/publish': article.call('publish', { again: true }),
    'POST /articles/{article}/favorite': article.link(Favorite, draft),
    'DELETE /articles/{article}/favorite': article.unlink(Favorite),
    'GET /articles/{article}/comments': comment.list({ all: true }),
    'POST /articles/{article}/comments': comment.create(draft),
    'DELETE /articles/{article}/comments/{comment}': comment.delete(),
    'GET /tags': article.values('tagList', { as: 'tags', where: published }),
  },
})

export default backend({ name: 'conduit', model: blog, identity: who, rest: '/data', actions: { register, login, settings }, hooks: { finished }, contracts: { conduit } })
