// The document as Markdown, whose drawings GitHub and GitLab draw.
import type { Block } from './block.ts'

/** Everything that Markdown would read as its own; what stands between backticks is left as it is, and ** is ours. */
export const plainly = (text: string): string => text.split(/(`[^`]*`|\*\*)/).map((part, i) => (i % 2 === 1 ? part : part.replace(/([\\*_<>[\]~#|`])/g, '\\$1').replace(/^(\d+)\. /, '$1\\. '))).join('')

export function markdown(blocks: readonly Block[]): string {
  return `${blocks.flatMap(one).join('\n\n')}\n`
}

function one(b: Block): readonly string[] {
  switch (b.is) {
    case 'heading': return [`${'#'.repeat(b.level)} ${plainly(b.text)}`]
    case 'text': return [plainly(b.text)]
    case 'list': return b.items.length === 0 ? [] : [b.items.map(i => `- ${plainly(i)}`).join('\n')]
    case 'table': return b.rows.length === 0 ? [] : [[row(b.head), `|${' --- |'.repeat(b.head.length)}`, ...b.rows.map(row)].join('\n')]
    case 'drawing': return [`\`\`\`mermaid\n${b.mermaid}\n\`\`\``]
  }
}
const row = (cells: readonly string[]): string => `| ${cells.map(c => plainly(c).replaceAll('\n', ' ')).join(' | ')} |`
