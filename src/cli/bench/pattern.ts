// Texts that a pattern takes, counted: the n-th is another one than the others, as far as the pattern lets it be. For the patterns people declare (codes, numbers, postcodes), not for all there are.

type Take = (size: number) => number
type Make = (take: Take) => string

/** Null where the pattern has what is not known here: a look-around, a back reference, a class of Unicode. */
export function textsOf(pattern: string): ((n: number) => string) | null {
  let at = 0
  const chars = Array.from(pattern), any = Array.from('abcdefghijklmnopqrstuvwxyz0123456789')
  const unknown = new Error('not known')
  const digits = Array.from('0123456789'), word = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_')

  function either(): Make {
    const ways = [row()]
    while (chars[at] === '|') { at++; ways.push(row()) }
    const [only] = ways
    return ways.length === 1 && only ? only : take => ways[take(ways.length)]?.(take) ?? ''
  }
  function row(): Make {
    const parts: Make[] = []
    while (at < chars.length && chars[at] !== '|' && chars[at] !== ')') {
      if (chars[at] === '^' || chars[at] === '$') { at++; continue }
      parts.push(times(one()))
    }
    return take => parts.map(p => p(take)).join('')
  }
  function one(): Make {
    const c = chars[at++]
    if (c === '(') {
      if (chars[at] === '?') {
        if (chars[at + 1] === ':') at += 2
        else if (chars[at + 1] === '<' && /[a-z]/i.test(chars[at + 2] ?? '')) at = chars.indexOf('>', at) + 1
        else throw unknown
      }
      const inner = either()
      if (chars[at++] !== ')') throw unknown
      return inner
    }
    if (c === '[') return among(listed())
    if (c === '.') return among(any)
    if (c === '\\') return among(escaped())
    if (c === undefined || '*+?{'.includes(c)) throw unknown
    return () => c
  }
  const among = (of: readonly string[]): Make => (of.length === 0 ? () => { throw unknown } : take => of[take(of.length)] ?? '')
  function escaped(): readonly string[] {
    const c = chars[at++] ?? ''
    if (c === 'd') return digits
    if (c === 'w') return word
    if (c === 's') return [' ']
    if (/[a-z0-9]/i.test(c)) throw unknown
    return [c]
  }
  function listed(): readonly string[] {
    const out: string[] = [], not = chars[at] === '^'
    if (not) at++
    while (chars[at] !== ']') {
      if (at >= chars.length) throw unknown
      const from = chars[at] === '\\' ? (at++, escaped()) : [chars[at++] ?? '']
      const [low = ''] = from
      if (from.length === 1 && chars[at] === '-' && chars[at + 1] !== ']') {
        at++
        const [high = ''] = chars[at] === '\\' ? (at++, escaped()) : [chars[at++] ?? '']
        for (let code = low.codePointAt(0) ?? 0; code <= (high.codePointAt(0) ?? 0) && out.length < 200; code++) out.push(String.fromCodePoint(code))
      } else out.push(...from)
    }
    at++
    return not ? any.filter(c => !out.includes(c)) : out
  }
  function times(make: Make): Make {
    let least = 1, most = 1
    const c = chars[at]
    if (c === '?') { least = 0; at++ } else if (c === '*') { least = 0; most = 6; at++ } else if (c === '+') { most = 6; at++ } else if (c === '{') {
      const [whole, a, comma, b] = /^\{(\d+)(,?)(\d*)\}/.exec(chars.slice(at).join('')) ?? []
      if (whole === undefined) throw unknown
      least = Number(a)
      most = comma === '' ? least : b === '' || b === undefined ? least + 6 : Number(b)
      at += whole.length
    } else return make
    if (chars[at] === '?') at++
    // As many as may be: there are the most of those.
    const count = Math.max(least, Math.min(most, 8))
    return take => Array.from({ length: count }, () => make(take)).join('')
  }

  try {
    const make = either()
    if (at < chars.length) return null
    const made = (n: number): string => {
      let left = n
      return make(size => { const now = left % size; left = Math.floor(left / size); return now })
    }
    made(0)
    return made
  } catch (error) {
    if (error === unknown) return null
    throw error
  }
}
