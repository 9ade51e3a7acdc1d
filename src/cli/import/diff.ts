// The difference of two texts, line by line, with a little around each change.

interface Line { readonly sign: ' ' | '-' | '+'; readonly text: string }

/** `-` only in `before`, `+` only in `after`; parts that are the same are left out but for two lines on each side. Empty where nothing differs. */
export function difference(before: string, after: string): readonly string[] {
  const lines = aligned(before.split('\n'), after.split('\n'))
  const near = (i: number): boolean => lines.slice(Math.max(0, i - 2), i + 3).some(l => l.sign !== ' ')
  const out: string[] = []
  lines.forEach((line, i) => {
    if (near(i)) out.push(`${line.sign} ${line.text}`)
    else if (i > 0 && near(i - 1) && lines.slice(i).some(l => l.sign !== ' ')) out.push('  …')
  })
  return out.some(line => line.startsWith('-') || line.startsWith('+')) ? out : []
}

/** By the longest common subsequence; files of declarations are short. */
function aligned(a: readonly string[], b: readonly string[]): readonly Line[] {
  const wide = b.length + 1, lengths = new Uint32Array((a.length + 1) * wide)
  const at = (i: number, j: number): number => lengths[i * wide + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) lengths[i * wide + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const out: Line[] = []
  let i = 0, j = 0
  while (i < a.length || j < b.length) {
    const left = a[i], right = b[j]
    if (left !== undefined && left === right) { out.push({ sign: ' ', text: left }); i++; j++ }
    else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) { out.push({ sign: '-', text: left }); i++ }
    else if (right !== undefined) { out.push({ sign: '+', text: right }); j++ }
  }
  return out
}
