// Databases on an embedded server: made from a template by copying files (about 20 ms), and dropped.
import pg from 'pg'
import type { Config, Server } from './server.ts'

/** Creates database `name`, a copy of `template` (nobody may be connected to that) or empty. Answers how to connect to it. */
export async function createDatabase(server: Server, name: string, template = 'template1'): Promise<Config> {
  await asAdmin(server, `create database ${quoted(name)} template ${quoted(template)} strategy file_copy`)
  return { ...server.config, database: name }
}

/** Drops database `name` if it is there; who is still connected is cut off. */
export async function dropDatabase(server: Server, name: string): Promise<void> {
  await asAdmin(server, `drop database if exists ${quoted(name)} with (force)`)
}

async function asAdmin(server: Server, statement: string): Promise<void> {
  const client = new pg.Client(server.config)
  client.on('error', () => {}) // the statement's own failure is what counts
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
