// A process of the bench: it answers one question after the other and ends with the one who asked.
import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'

/** The main file of the load, for `fork`. */
export const loadProgram = programOf('load')

export interface Child {
  /** Sends a message and waits for what is answered. Throws what the process says went wrong, or that it ended. */
  ask<T>(message: object): Promise<T>
  /** Waits for what it says unasked. */
  told<T>(): Promise<T>
  end(): Promise<void>
}

/** Beside this file, as TypeScript in a clone and compiled in the package. */
export function programOf(name: string): string {
  return path.join(import.meta.dirname, name + path.extname(import.meta.filename))
}

/** Starts one. What it prints goes nowhere, as a log would that somebody else keeps; what it complains of, to `complain`. */
export function started(program: string, cwd: string, complain: (text: string) => void): Child {
  const child = fork(program, { cwd, stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: { ...process.env, NODE_ENV: 'production' }, execArgv: program.endsWith('.ts') ? ['-C', 'backwright-source'] : [] })
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
