// Pieces of SQL that data cannot get into: made of our own literals, quoted names and quoted constants only. Values travel as parameters.

const making = Symbol('making')

/** A piece of SQL. Only this file makes one, and `#text in x` cannot be forged, so a string never stands where a fragment must. */
export class Sql {
  readonly #text: string
  /** The same after a dot or `as`, where every word may stand, reserved or not. */
  readonly #label: string
  private constructor(key: typeof making, text: string, label = text) {
    if (key !== making) throw new Error('only this file makes SQL')
    this.#text = text
    this.#label = label
  }
  get text(): string { return this.#text }

  /** The `sql` tag: its literal parts are our source text, everything between them is a fragment already. */
  static template(parts: TemplateStringsArray, ...between: readonly Sql[]): Sql {
    // A template's own array is frozen and has `raw`; a hand-made one is refused, or `sql([input])` would be a hole.
    if (!Object.isFrozen(parts) || !Object.isFrozen(parts.raw)) throw new Error('sql`…` is a template tag')
    let text = parts[0] ?? ''
    between.forEach((x, i) => {
      const written = Sql.#textOf(x)
      text += (text.endsWith('.') ? x.#label : written) + (parts[i + 1] ?? '')
    })
    return new Sql(making, text)
  }
  static join(of: readonly Sql[], between: Sql): Sql {
    return new Sql(making, of.map(x => Sql.#textOf(x)).join(between.text))
  }
  static ident(...path: readonly string[]): Sql {
    if (path.some(name => name === '' || name.includes('\0'))) throw new Error('a name in SQL cannot be empty or hold a null byte')
    const quoted = path.map(name => `"${name.replaceAll('"', '""')}"`)
    // A server reads through a statement's text each time it is carried out, so every character counts.
    const labels = path.map((name, i) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoted[i] ?? ''))
    return new Sql(making, [...quoted.slice(0, 1), ...labels.slice(1)].join('.'), labels.join('.'))
  }
  static output(value: Sql, name: string): Sql {
    const label = Sql.ident(name).#label, text = Sql.#textOf(value)
    return new Sql(making, /^\w+\.\w+$/.test(text) && text.endsWith(`.${label}`) ? text : `${text} as ${label}`)
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
/** A quoted name, or a path of them: `"orders".id`. Only the first of a path must be quoted. */
export const ident = Sql.ident
/** A column of a select: a value under a name, `t0.id` where that is its name already, else `t0.customer_id as "customerId"`. */
export const output = Sql.output
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
