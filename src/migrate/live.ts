// A database's schema as data: what the catalog says, and, in the same form, what a model asks for. Rich enough to write a declaration from.

/** Anything that runs a statement: a `pg` client, or a connection of our own. Rows come as objects; numbers and JSON may be text. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

export interface LiveSchema {
  /** `server_version_num`: 150004, 180001. */
  readonly version: number
  /** Where unqualified names go: `current_schema()`. */
  readonly current: string
  readonly schemas: readonly string[]
  readonly tables: readonly Table[]
  readonly enums: readonly { readonly schema: string; readonly name: string; readonly labels: readonly string[] }[]
  readonly domains: readonly { readonly schema: string; readonly name: string; readonly type: string; readonly notNull: boolean; readonly checks: readonly string[] }[]
  /** What an earlier plan made, by model; null where nothing was ever recorded. */
  readonly made: Readonly<Record<string, Made>>
}

/** Names as `["schema","table","column"]`-like paths: what is in here and no longer in the model was removed from it; the rest is somebody else's. */
export interface Made {
  readonly tables: readonly string[]; readonly columns: readonly string[]; readonly constraints: readonly string[]; readonly indexes: readonly string[]
  /** Computed columns, each path ended by how its values were reckoned. Absent in what older versions wrote. */
  readonly computed?: readonly string[]
}

export interface Table {
  readonly schema: string
  readonly name: string
  readonly kind: 'table' | 'partitioned' | 'partition' | 'view' | 'materialized' | 'foreign'
  readonly comment: string | null
  readonly columns: readonly Column[]
  readonly key: Key | null
  readonly uniques: readonly Key[]
  readonly indexes: readonly Index[]
  readonly references: readonly Reference[]
  readonly checks: readonly Check[]
  /** What else is in force: names of triggers, of exclusion constraints, and whether policies say which rows a role sees. */
  readonly triggers?: readonly string[]
  readonly exclusions?: readonly string[]
  readonly rowSecurity?: boolean
}

export interface Column {
  readonly name: string
  /** As `format_type` writes it: `numeric(12,2)`, `timestamp with time zone`, `text[]`. */
  readonly type: string
  /** `b`ase, `e`num, `d`omain, `r`ange, `m`ultirange, `c`omposite; of the element where the type is an array. */
  readonly sort: string
  /** What a domain is of. */
  readonly base?: string | null
  /** The sequence that belongs to the column, whose default or identity draws from it. */
  readonly sequence?: string | null
  /** Null: the type's or the database's own. */
  readonly collation: string | null
  readonly notNull: boolean
  /** An expression, as the database prints it. */
  readonly default: string | null
  readonly identity: 'always' | 'default' | null
  /** The expression of a generated column. */
  readonly generated: string | null
  readonly comment: string | null
}

/** A primary key or a unique constraint. */
export interface Key { readonly name: string; readonly columns: readonly string[]; readonly nullsNotDistinct: boolean; readonly deferrable: boolean }

export interface Index {
  readonly name: string
  readonly unique: boolean
  /** `btree`, `gin`, … */
  readonly method: string
  /** A column or an expression, each as the database prints it; `nullsFirst` only where it is not what the direction implies. */
  readonly parts: readonly { readonly column: string | null; readonly expression: string; readonly desc: boolean; readonly nulls: 'first' | 'last' | null; readonly opclass: string | null }[]
  /** The condition of a partial index. */
  readonly where: string | null
  /** False: a concurrent build failed. */
  readonly valid: boolean
}

export type OnDelete = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'
export interface Reference {
  readonly name: string
  readonly columns: readonly string[]
  readonly target: { readonly schema: string; readonly name: string; readonly columns: readonly string[] }
  readonly onDelete: OnDelete
  readonly onUpdate: OnDelete
  readonly valid: boolean
}

/** `expression` without the word CHECK and without the outer parentheses' meaning: whatever stands between them. */
export interface Check { readonly name: string; readonly columns: readonly string[]; readonly expression: string; readonly valid: boolean }

export const tableKey = (schema: string, name: string): string => JSON.stringify([schema, name])
export const findTable = (live: LiveSchema, schema: string, name: string): Table | undefined => live.tables.find(t => t.schema === schema && t.name === name)
export const findColumn = (table: Table, name: string): Column | undefined => table.columns.find(c => c.name === name)
