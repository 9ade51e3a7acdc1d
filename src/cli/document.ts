// Documents made of the declaration alone (contracts, schemas): printed, or written into a file.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { compileModel } from '../define/index.ts'
import type { Model } from '../model/index.ts'
import { exit, Trouble, type Terminal } from './command.ts'
import { locate } from './locate.ts'
import { once } from './opened.ts'

/** Makes the document of the application that `--app` names, and puts it where `--output` says. Throws Trouble where that cannot be written. */
export function printDocument({ app, output }: { readonly app?: string | undefined; readonly output?: string | undefined }, terminal: Terminal, made: (model: Model) => string | Promise<string>): Promise<number> {
  return once(locate(app, terminal.cwd), terminal.cwd, async ({ backend, name }) => {
    const text = await made(Object.freeze({ ...compileModel(backend).model, name }))
    if (output === undefined) {
      terminal.out(text.endsWith('\n') ? text : `${text}\n`)
      return exit.ok
    }
    try {
      writeFileSync(path.resolve(terminal.cwd, output), text)
    } catch (error) {
      throw new Trouble(`${output} cannot be written: ${(error as Error).message}`, undefined, error)
    }
    return exit.ok
  })
}
