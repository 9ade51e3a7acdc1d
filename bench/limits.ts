// What Backwright may cost beside a request's time: `npm run bench` says at its end whether it keeps to this, `npm test` whether what is the same everywhere does.

export const limits = {
  /** Of the type-checker, by entities of a generated application (docs/reference/type-cost.md), with a query and a create for each; then with a page for each that asks through the typed client. */
  instantiations: { 10: 70_000, 50: 250_000, 200: 900_000 },
  instantiationsWithClient: { 10: 120_000, 50: 520_000, 200: 2_300_000 },
  /** Seconds, to check 50 entities. */
  check: 3,
  /** Bytes of what `npm pack` makes, and of what it holds. */
  packed: 2_000_000,
  unpacked: 6_500_000,
  /** What an installation of it brings, itself and PostgreSQL for one platform included: packages and megabytes. */
  packages: 95,
  installed: 300,
  /** Milliseconds from the start of `backwright start` to its first answer, the database there. */
  cold: 500,
  /** Megabytes at most under the load of all workloads, PostgreSQL's not counted. */
  memory: 100,
} as const
