// A line between two processes that can be cut: all connections at once, or only on the way back, when what was asked is done and the answer is lost.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Line {
  readonly port: number
  /** Ends about this share of the connections. */
  cut(share: number, random: () => number): void
  /** The next `count` pieces that come back are lost with their connections. */
  loseAnswers(count: number): void
  close(): Promise<void>
}

/** `far`: where it leads at this moment; nowhere while that is down. */
export async function openLine(far: () => number | null): Promise<Line> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let toLose = 0
  const server = createServer(near => {
    const port = far()
    near.on('error', () => {})
    if (port === null) return void near.destroy()
    const away = connect(port, '127.0.0.1')
    const pair = [near, away] as const
    pairs.add(pair)
    const end = (): void => { pairs.delete(pair); near.destroy(); away.destroy() }
    near.on('close', end)
    away.on('error', () => {}).on('close', end)
    near.on('data', piece => { away.write(piece) })
    away.on('data', piece => {
      if (toLose > 0) { toLose--; end() } else near.write(piece)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (share: number, random: () => number): void => { for (const pair of pairs) if (random() < share) for (const socket of pair) socket.destroy() }
  return {
    port: (server.address() as AddressInfo).port, cut,
    loseAnswers(count) { toLose = count },
    async close() {
      const closed = once(server, 'close')
      server.close()
      cut(1, () => 0)
      await closed
    },
  }
}
