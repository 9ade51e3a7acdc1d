// A process of the bench: it answers one question after the other and ends with the one who asked.
import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { home, isClone } from '../home.ts'

/** The main file of the load, for `fork`. */
export const loadProgram = programOf('load')

export interface Child {
  /** Sends a message and waits for what is answered. Throws what the process says went wrong, or that it ended. */
  ask<T>(message: object): Promise<T>
  /** Waits for what it says unasked. */
  told<T>(): Promise<T>
  end(): Promise<void>
}

/** The main file of a process: TypeScript in a clone, a piece of its own in the package (`entries` of tools/build.mjs). */
export function programOf(name: 'load' | 'serve'): string {
  return isClone() ? path.join(home, 'src', 'cli', 'bench', `${name}.ts`) : path.join(home, 'dist', 'cli', 'bench', `${name}.js`)
}

/** How bin/backwright.mjs begins what serves, unless whoever starts it says otherwise. */
const lean = { flags: ['--max-semi-space-size=8'], variables: { MALLOC_ARENA_MAX: '1' } }

/** Starts one. What it prints goes nowhere, as a log would that somebody else keeps; what it complains of, to `complain`. `serves`: with the memory that `backwright start` gives itself. */
export function started(program: string, cwd: string, complain: (text: string) => void, serves = false): Child {
  const asIs = !serves || [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some(given => /--(max|min)[-_]semi[-_]space/.test(given))
  const child = fork(program, {
    cwd, stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: asIs ? process.env : { ...lean.variables, ...process.env },
    execArgv: [...process.execArgv, ...(program.endsWith('.ts') ? ['-C', 'backwright-source'] : []), ...(asIs ? [] : lean.flags)],
  })
  child.stderr?.on('data', (piece: Buffer) => { complain(piece.toString()) })
  const told = <T>(): Promise<T> => answer<T>(child)
  return {
    told,
    ask<T>(message: object) { const told = answer<T>(child); child.send(message); return told },
    end: () => new Promise(resolve => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve()
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      child.once('exit', () => { clearTimeout(timer); resolve() })
      if (child.connected) child.disconnect()
    }),
  }
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (): void => { reject(new Error('A process of the bench ended before it answered.')) }
    if (child.exitCode !== null || child.signalCode !== null) return gone()
    child.once('exit', gone)
    child.once('message', message => {
      child.off('exit', gone)
      const { error } = message as { readonly error?: string }
      if (error === undefined) resolve(message as T)
      else reject(new Error(error))
    })
  })
}
