// What the flows of identity are made with.
import type { Hasher } from './passwords.ts'
import type { Settings } from './settings.ts'
import type { CheckStrength } from './strength.ts'
import type { Signing } from './tokens.ts'

export interface Making { readonly settings: Settings; readonly hashes: Hasher; readonly strong: CheckStrength; readonly signing: Signing }
