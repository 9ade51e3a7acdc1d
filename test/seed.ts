/**
 * What random tests draw by: in `npm test` the same each time, so that it fails for what was changed and for nothing else. `SEED=…` draws by another;
 * `npm run test:long`, `npm run fuzz` and `npm run mutants` look for what nobody knows yet, and tell the seed that found it.
 */
export const seed = Number(process.env['SEED'] ?? 20_261_121)
