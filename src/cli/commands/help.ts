// `backwright help`: all commands in one screen.
import type { Command } from '../command.ts'
import { rules } from '../locate.ts'

export const helpOf = (commands: readonly Command[]): string => `backwright — declare an application in TypeScript, get its database, rules and APIs

  backwright COMMAND …            backwright COMMAND --help for its options and examples

${commands.map(c => `  ${c.name.padEnd(10)} ${c.summary}`).join('\n')}
  help       this

${rules}

Exit codes: 0 done · 1 failed · 2 the command line cannot be understood · 3 the schema differs from the declaration
            4 the application refused the request
A file .env in the folder a command runs in is read first (NAME=value lines); what the environment says itself wins.
Everywhere: --help · --debug (where in the code something went wrong). Colour only on a terminal, and not with NO_COLOR.`
