// Actions that nobody may call.
import { actionsOf, type Model } from '../../model/index.ts'
import type { Finding } from './finding.ts'

/** A transition says who may take it in other words. */
export function checkActions(model: Model): Finding[] {
  return actionsOf(model).filter(a => a.taking === undefined && a.allow.kind === 'never').map((a): Finding => ({
    code: 'action.closed', severity: 'warning', file: a.place.file, line: a.place.line, subject: a.id,
    says: a.allowText === null ? 'It does not say who may call it.' : `Nobody can be allowed to call it: ${a.allowText}.`, why: 'Nobody may, then, but your own code as the system; it is in no contract.',
    do: `Write allow: signedIn, allow: 'staff', allow: ({ caller }) => …, or allow: everyone.`,
  }))
}
