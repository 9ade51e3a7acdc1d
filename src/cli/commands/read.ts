// `backwright read`: the model and its rules in plain English, with drawings and the matrix of rights, as one page.
import { markdown, page, readBack } from '../../readback/index.ts'
import { parse, type Command } from '../command.ts'
import { printDocument } from '../document.ts'
import { rules } from '../locate.ts'

const options = { html: { type: 'boolean' }, out: { type: 'string', short: 'o' }, app: { type: 'string' } } as const

export const readCommand: Command = {
  name: 'read',
  summary: 'says in plain English what the application keeps, does, and lets whom do',
  help: `backwright read [PATH]        what the application keeps and does, and who may do what, in plain English

  backwright read                              as Markdown: drawings that GitHub shows, rules as sentences, the matrix of rights
  backwright read --html -o shop.html          as one page that needs nothing else
  backwright read examples/shop -o RULES.md    kept in the repository: what a change of rules means is then the diff of this file

From the same declaration comes the same page, to the letter. No database is needed.

Options
  --html          HTML instead of Markdown
  -o, --out FILE  into a file instead
  --app PATH      the folder or file of the application, as PATH

${rules}

Exit codes: 0 written · 1 the declaration does not compile, or the file cannot be written · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, options, 1)
    return printDocument({ app: positionals[0] ?? values.app, output: values.out }, terminal, model => {
      const blocks = readBack(model)
      return values.html ? page(blocks) : markdown(blocks)
    })
  },
}
