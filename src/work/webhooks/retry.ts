// When an attempt that failed is made again, and when no more.

const firstMs = 5_000
const longestMs = 8 * 3_600_000
/** From its making on, an event is tried for so long. */
export const horizonMs = 3 * 86_400_000

/** Milliseconds until the next attempt after so many, spread by `chance` (0 to 1) so that many do not come at once. What the receiver asks for is waited for, up to a day. */
export function pauseAfter(attempts: number, retryAfter: number | null, chance: number): number {
  const usual = Math.min(longestMs, firstMs * 3 ** Math.min(20, attempts - 1)) * (0.75 + chance / 2)
  return Math.max(usual, Math.min(retryAfter ?? 0, 86_400_000))
}
