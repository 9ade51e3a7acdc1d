// Which addresses a webhook may be sent to: none of a private network, of this machine, or of those that only look otherwise.
import { BlockList, isIP } from 'node:net'

const forbidden = new BlockList()
for (const range of [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16',
  '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4',
  // What a cloud tells its machines about themselves, where that is not link-local already.
  '168.63.129.16/32',
]) { const [net = '', bits] = range.split('/'); forbidden.addSubnet(net, Number(bits), 'ipv4') }
for (const range of ['2001::/23', '2001:db8::/32', '3fff::/20']) { const [net = '', bits] = range.split('/'); forbidden.addSubnet(net, Number(bits), 'ipv6') }

/** Whether an address is one of the public network. What is no address is not. */
export function isPublic(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  switch (isIP(bare)) {
    case 4: return !forbidden.check(bare, 'ipv4')
    case 6: return publicSix(groups(bare))
    default: return false
  }
}

/** IPv6: the global range alone; addresses that carry one of IPv4 are judged by that. */
function publicSix(g: readonly number[]): boolean {
  const four = (high = 0, low = 0): boolean => isPublic(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`)
  const zeros = (n: number): boolean => g.slice(0, n).every(x => x === 0)
  // ::ffff:a.b.c.d and ::a.b.c.d, the translated 64:ff9b::a.b.c.d, and 2002:abcd:: of 6to4.
  if ((zeros(5) && g[5] === 0xffff) || zeros(6)) return !zeros(8) && g[5] === 0xffff && four(g[6], g[7])
  if (g[0] === 0x64 && g[1] === 0xff9b && g.slice(2, 6).every(x => x === 0)) return four(g[6], g[7])
  if (g[0] === 0x2002) return four(g[1], g[2])
  return ((g[0] ?? 0) & 0xe000) === 0x2000 && !forbidden.check(g.map(x => x.toString(16)).join(':'), 'ipv6')
}

/** The eight groups of an IPv6 address, however it is written. */
function groups(address: string): readonly number[] {
  const host = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = host.split('::')
  const parts = (text: string): number[] => (text === '' ? [] : text.split(':').map(x => Number.parseInt(x, 16)))
  const before = parts(head), after = tail === undefined ? [] : parts(tail)
  return tail === undefined ? before : [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}
