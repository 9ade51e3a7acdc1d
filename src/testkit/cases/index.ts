// All cases.
import type { Case } from '../case.ts'
import { aggregates } from './aggregates.ts'
import { changes } from './changes.ts'
import { computed } from './computed.ts'
import { nested } from './nested.ts'
import { failing } from './failures.ts'
import { filters } from './filters.ts'
import { pages } from './pages.ts'
import { references } from './references.ts'
import { relations } from './relations.ts'
import { rules } from './rules.ts'
import { writes } from './writes.ts'

export { calls } from './calls.ts'
export const cases: readonly Case[] = [...filters, ...relations, ...pages, ...rules, ...references, ...aggregates, ...computed, ...writes, ...changes, ...nested, ...failing]
