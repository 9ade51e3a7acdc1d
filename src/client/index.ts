// The typed client: `import { client } from 'backwright/client'`. It needs `fetch` and nothing else, and nothing of the server comes with it.
export { client } from './client.ts'
export { Failure, isFailure, type ClientCode, type FailureMistake } from './failure.ts'
export { moreOf, versionOf } from './rows.ts'
export type { ClientOptions } from './send.ts'
export type { ActionCall, Answer, Calling, Client, Collection, Listed, Refused, Version, Wire, Writing } from '../define/index.ts'
