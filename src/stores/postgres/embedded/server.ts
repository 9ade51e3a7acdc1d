// What a user of the embedded server asks for and gets.
import type { AsRoot } from './account.ts'

export interface Server {
  /** What `pg` connects with. `password` is a secret. */
  readonly config: Config
  /** The same as one address that psql takes. Secret: never log it. */
  readonly url: string
  /** What was needed: files and a server, a server, or nothing. */
  readonly state: 'created' | 'started' | 'adopted'
  /** Ends this use; the last one out stops the server. Connections must be closed first. */
  release(): Promise<void>
}

export interface Config {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface Options {
  /** Data nobody will miss: nothing is forced to disk. */
  readonly throwaway?: boolean
  readonly onProgress?: (line: string) => void
  /** A folder with PostgreSQL's bin, lib and share, instead of npm's for this platform. */
  readonly native?: string
  /** A port on 127.0.0.1 instead of a socket. A server already running stays as it was started. */
  readonly tcp?: boolean
  /** Server settings for when it has to be started. */
  readonly settings?: Readonly<Record<string, string>>
  /** For root: how to run as somebody else, where not the first way that works (also BACKWRIGHT_POSTGRES_AS). */
  readonly asRoot?: AsRoot
}
