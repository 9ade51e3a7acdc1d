// A document before it is Markdown or HTML: blocks of plain text in which `such` is code.
export type Block =
  | { readonly is: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'list'; readonly items: readonly string[] }
  /** The first cell of a row says what the others are of. */
  | { readonly is: 'table'; readonly says: string; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[]; readonly marks?: 'rights' }
  /** The same twice: for Markdown that draws Mermaid, and finished. `says`: for whoever does not see it. */
  | { readonly is: 'drawing'; readonly says: string; readonly mermaid: string; readonly svg: string }
