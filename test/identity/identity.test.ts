// Accounts, sessions, tokens and keys, in one process: what takes longest of a test file is to begin.
import { after } from 'node:test'
import { endClub } from './served.ts'
import './sign-in.ts'
import './flows.ts'
import './tokens.ts'
import './everywhere.ts'
import './abuse.ts'
import './secrets.ts'
import './tenancy.ts'
import './speed.ts'

after(() => endClub())
