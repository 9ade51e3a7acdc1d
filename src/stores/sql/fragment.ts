// Pieces of SQL that data cannot get into: made of our own literals, quoted names and quoted constants only. Values travel as parameters.

const making = Symbol('making')

/** A piece of SQL. Only this file makes one, and `#text in x` cannot be forged, so a string never stands where a fragment must. */
export class Sql {
  readonly #text: string
  private constructor(key: typeof making, text: string) {
    if (key !== making) throw new Error('only this file makes SQL')
    this.#text = text
  }
  get text(): string { return this.#text }

  /** The `sql` tag: its literal parts are our source text, everything between them is a fragment already. */
  static template(parts: TemplateStringsArray, ...between: readonly Sql[]): Sql {
    // A template's own array is frozen and has `raw`; a hand-made one is refused, or `sql([input])` would be a hole.
    if (!Object.isFrozen(parts) || !Object.isFrozen(parts.raw)) throw new Error('sql`…` is a template tag')
    let text = parts[0] ?? ''
    between.forEach((x, i) => { text += Sql.#textOf(x) + (parts[i + 1] ?? '') })
    return new Sql(making, text)
  }
  static join(of: readonly Sql[], between: Sql): Sql {
    return new Sql(making, of.map(x => Sql.#textOf(x)).join(between.text))
  }
  static ident(...path: readonly string[]): Sql {
    if (path.some(name => name === '' || name.includes('\0'))) throw new Error('a name in SQL cannot be empty or hold a null byte')
    return new Sql(making, path.map(name => `"${name.replaceAll('"', '""')}"`).join('.'))
  }
  static literal(value: string): Sql {
    if (value.includes('\0')) throw new Error('a constant in SQL cannot hold a null byte')
    const quoted = `'${value.replaceAll("'", "''")}'`
    // The E form reads the same whatever the session thinks of backslashes.
    return new Sql(making, value.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted)
  }
  static integer(value: number): Sql {
    if (!Number.isSafeInteger(value)) throw new Error(`not an integer: ${value}`)
    return new Sql(making, String(value))
  }
  static declared(text: string): Sql {
    const bare = text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '')
    if (text.includes('\0') || /;|--|\/\*/.test(bare)) throw new Error(`'${text}' is no expression or type of a database`)
    return new Sql(making, text)
  }
  static placeholder(n: number): Sql { return new Sql(making, `$${Sql.integer(n).text}`) }

  static #textOf(x: Sql): string {
    if (typeof x !== 'object' || x === null || !(#text in x)) throw new Error('only SQL fragments may stand in SQL')
    return x.#text
  }
}

/** SQL from our own source text, fragments between. */
export const sql = Sql.template
export const empty = sql``
const comma = sql`, `
/** Fragments side by side, with a comma unless said otherwise. */
export const join = (of: readonly Sql[], between: Sql = comma): Sql => Sql.join(of, between)
/** A quoted name, or a path of them: `"orders"."id"`. */
export const ident = Sql.ident
/** A quoted string constant: names in JSON, constants of the declaration. Never what a caller sent. */
export const literal = Sql.literal
/** A type's name or an expression that the declaration gives as the database writes it. Never what a caller sent. */
export const declared = Sql.declared
/** A whole number written out: limits, places of columns. */
export const integer = Sql.integer

/** All of them, in brackets; true where there are none. */
export const allOf = (of: readonly Sql[]): Sql => (of.length === 0 ? sql`true` : of.length === 1 && of[0] ? of[0] : sql`(${join(of, sql` and `)})`)
/** Any of them, in brackets; false where there are none. */
export const anyOf = (of: readonly Sql[]): Sql => (of.length === 0 ? sql`false` : of.length === 1 && of[0] ? of[0] : sql`(${join(of, sql` or `)})`)
