// When a mail that was not taken is tried again, and when no more.

const firstMs = 5_000
const longestMs = 1_800_000
/** So often a mail is tried: for about three hours, unless its code is over before. */
export const mostAttempts = 12

/** Milliseconds until the next attempt after so many, spread by `chance` (0 to 1). */
export const pauseAfter = (attempts: number, chance: number): number => Math.min(longestMs, firstMs * 3 ** Math.min(10, attempts - 1)) * (0.75 + chance / 2)
