// The typed `db`: a protocol like any other, whose callers are the application's own code.
export { connectDb } from './connect.ts'
export { speakTypeScript } from './speak.ts'
export { aggregateRequest, findRequest, getRequest, keyParts, type Asked, type AskedAggregate } from './ask.ts'
export { reviveAggregate, reviveRow, reviveShape } from './revive.ts'
