// Waiting that can be cut short: until a time is over, or somebody knocks.

export interface Bell {
  ring(): void
  /** Resolves when it rings, at once where it rang since the last wait, else after so many milliseconds. */
  wait(ms: number): Promise<void>
}

export function bell(): Bell {
  let rang = false
  let wake: (() => void) | null = null
  return {
    ring() {
      rang = true
      wake?.()
    },
    async wait(ms) {
      if (!rang) {
        await new Promise<void>(resolve => {
          // Whoever waits here keeps no process alive by it.
          const timer = setTimeout(resolve, ms).unref()
          wake = () => { clearTimeout(timer); resolve() }
        })
        wake = null
      }
      rang = false
    },
  }
}
