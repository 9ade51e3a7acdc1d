// The document as one page of HTML: nothing is loaded from anywhere, light or dark as the reader's system is, for screen readers and paper too.
import type { Block } from './block.ts'
import { escaped } from './draw.ts'

const style = `:root{color-scheme:light dark;--back:light-dark(#fff,#14171c);--raised:light-dark(#f4f6f8,#1d222a);--line:light-dark(#d9dee4,#343c47);--ink:light-dark(#1c2329,#e4e8ee);--quiet:light-dark(#56616b,#a3aeba);--yes:light-dark(#e3f4e6,#17351f);--some:light-dark(#fdf3d3,#3b3213)}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:1rem 1.5rem 5rem}h1{font-size:2rem;margin:1rem 0 .5rem}h2{margin:3rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line)}h3{margin:2.2rem 0 .3rem;font-size:1.2rem}
nav ul{columns:14rem;list-style:none;padding:0}a{color:inherit;text-underline-offset:.15em}a:focus-visible,.wide:focus-visible{outline:2px solid currentColor;outline-offset:2px}
code{font:.875em ui-monospace,Menlo,Consolas,monospace;background:var(--raised);padding:.05em .3em;border-radius:4px}
.wide{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;width:100%;font-size:.925rem}caption{text-align:left;color:var(--quiet);padding:.2rem 0;caption-side:top}th,td{border:1px solid var(--line);padding:.4rem .6rem;text-align:left;vertical-align:top}thead th{background:var(--raised)}tbody th{font-weight:600}
td.yes{background:var(--yes)}td.some{background:var(--some)}td.no{color:var(--quiet)}
svg{max-width:100%;height:auto}svg .box{fill:var(--raised);stroke:currentColor}svg .on{fill:currentColor;stroke:var(--back);stroke-width:4px;paint-order:stroke}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--back);padding:.4rem}@media print{nav,.skip{display:none}td{print-color-adjust:exact}}`

const inline = (text: string): string => escaped(text).replace(/`([^`]*)`/g, '<code>$1</code>').replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
const idOf = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')

/** A page that stands alone. */
export function page(blocks: readonly Block[]): string {
  const title = blocks.find(b => b.is === 'heading')?.text ?? 'Read back'
  const heads = blocks.flatMap(b => (b.is === 'heading' && b.level > 1 ? [b] : []))
  const at = ids(blocks)
  const body = blocks.map((b, i) => one(b, at[i] ?? '')).join('\n')
  const links = heads.map(h => `<li><a href="#${at[blocks.indexOf(h)] ?? ''}">${escaped(h.text)}</a></li>`).join('')
  const [first = '', ...rest] = body.split(/(?<=<\/h1>)/)
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}: read back</title><link rel="icon" href="data:,"><style>${style}</style></head>\n<body><a class="skip" href="#main">To the text</a><main id="main">${first}\n<nav aria-label="Contents"><ul>${links}</ul></nav>${rest.join('')}</main></body></html>\n`
}
/** An entity may be called as a heading of ours is. */
function ids(blocks: readonly Block[]): readonly string[] {
  const taken = new Set(['main'])
  return blocks.map(b => {
    if (b.is !== 'heading') return ''
    let id = idOf(b.text)
    while (taken.has(id)) id += '-'
    taken.add(id)
    return id
  })
}

function one(b: Block, id: string): string {
  switch (b.is) {
    case 'heading': return `<h${b.level} id="${id}">${escaped(b.text)}</h${b.level}>`
    case 'text': return `<p>${inline(b.text)}</p>`
    case 'list': return b.items.length === 0 ? '' : `<ul>${b.items.map(i => `<li>${inline(i)}</li>`).join('')}</ul>`
    case 'table': return b.rows.length === 0 ? '' : `<div class="wide" role="region" tabindex="0" aria-label="${escaped(b.says)}"><table><caption>${escaped(b.says)}</caption><thead><tr>${b.head.map(h => `<th scope="col">${inline(h)}</th>`).join('')}</tr></thead><tbody>${b.rows.map(([head = '', ...cells]) => `<tr><th scope="row">${inline(head)}</th>${cells.map(c => `<td${b.marks === 'rights' ? ` class="${standing(c)}"` : ''}>${inline(c)}</td>`).join('')}</tr>`).join('')}</tbody></table></div>`
    case 'drawing': return `<figure class="wide" tabindex="0" role="group" aria-label="Drawing">${b.svg.replace('LABEL', () => escaped(b.says))}</figure>`
  }
}
/** Colour tells no more than the words of the cell do. */
const standing = (cell: string): string => (cell === 'no' ? 'no' : /^if |some/.test(cell) ? 'some' : 'yes')
