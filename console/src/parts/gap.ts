// The distance between what is stacked, as a custom property that React's types do not know.
import type { CSSProperties } from 'react'

export const gap = (size: string): CSSProperties => ({ ['--gap' as string]: size })
