// What the pages look like for one application: its name, mark, colour and style sheet, checked; and colours that can be read on light and dark whatever the colour is.

/** `identity({ pages: { … } })`. */
export interface PageOptions {
  /** What the application is called on them; its own name unless said. */
  readonly name?: string
  /** A picture of this server (`/logo.svg`), or `data:image/…`, shown beside the name. */
  readonly logo?: string
  /** The colour of buttons and links: `#2456b3`. Shades that can be read are made of it. */
  readonly accent?: string
  /** A style sheet, as text, after ours. */
  readonly css?: string
  /** Where one gets after signing in, where nothing else was asked for: `/` unless said. */
  readonly after?: string
}
/** The same, complete and right. `null`: none. */
export interface Theme { readonly name: string | null; readonly logo: string | null; readonly accent: string; readonly css: string; readonly after: string }

const usualAccent = '#2f5fd0'
const options = ['name', 'logo', 'accent', 'css', 'after']

/** The theme, and in sentences what is wrong with what was said. */
export function themeOf(given: PageOptions): { readonly theme: Theme; readonly problems: readonly string[] } {
  const problems: string[] = []
  for (const option of Object.keys(given)) if (!options.includes(option)) problems.push(`identity.pages has no '${option}'. There are: ${options.join(', ')}.`)
  const { name = null, logo = null, accent = usualAccent, css = '', after = '/' } = given
  if (name !== null && (typeof name !== 'string' || name.trim() === '')) problems.push(`identity.pages.name is no text.`)
  if (logo !== null && !/^(\/(?![/\\])|data:image\/(png|jpeg|webp|gif|svg\+xml)[;,])[^\s"'<>\\]+$/.test(logo)) problems.push(`identity.pages.logo is neither a path of this server, as /logo.svg, nor data:image/…`)
  if (!/^#[0-9a-f]{6}$/i.test(accent)) problems.push(`identity.pages.accent is no colour. Write it as #2456b3.`)
  if (typeof css !== 'string') problems.push(`identity.pages.css is no text.`)
  if (safePath(after) === null) problems.push(`identity.pages.after is no path of this server. Write it as /account.`)
  return { problems, theme: { name, logo, accent: /^#[0-9a-f]{6}$/i.test(accent) ? accent.toLowerCase() : usualAccent, css: typeof css === 'string' ? css : '', after: safePath(after) ?? '/' } }
}

const nowhere = 'https://nowhere.invalid'
/**
 * Where somebody may be sent on to: a path of this server, or an address of one of `origins`. Null for everything else: `https:…`, `//evil`, `/\evil`, what has control
 * characters or tabs that browsers leave out, and what is none of these but is read as one.
 */
export function safePath(text: string | null | undefined, origins: readonly string[] = []): string | null {
  if (typeof text !== 'string' || text.length > 2_000 || /[\u0000-\u0020\u007f\\]/.test(text) || !URL.canParse(text, nowhere)) return null
  const { origin, pathname, search, hash, username, password } = new URL(text, nowhere)
  if (origins.includes(origin) && username === '' && password === '' && text.startsWith(`${origin}/`)) return origin + pathname + search + hash
  if (!/^\/(?!\/)/.test(text) || origin !== nowhere || pathname.startsWith('//')) return null
  return pathname + search + hash
}

type Rgb = readonly [number, number, number]
const rgb = (hex: string): Rgb => [1, 3, 5].map(i => Number.parseInt(hex.slice(i, i + 2), 16)) as unknown as Rgb
const hex = (colour: Rgb): string => `#${colour.map(c => Math.round(c).toString(16).padStart(2, '0')).join('')}`
const toward = (from: Rgb, to: Rgb, by: number): Rgb => from.map((c, i) => c + ((to[i] ?? 0) - c) * by) as unknown as Rgb
const light = (colour: Rgb): number => {
  const [r = 0, g = 0, b = 0] = colour.map(c => { const s = c / 255; return s <= 0.040_45 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4 })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
/** How well two colours are told apart, as WCAG counts it: 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [light(rgb(a)), light(rgb(b))]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

const white: Rgb = [255, 255, 255], black: Rgb = [0, 0, 0]
/** The colour nearest to `colour` that can be read on `behind`. */
export function readable(colour: string, behind: string, least = 4.6): string {
  const goal = light(rgb(behind)) > 0.4 ? black : white
  for (let by = 0; by < 1; by += 0.04) {
    const shade = hex(toward(rgb(colour), goal, by))
    if (contrast(shade, behind) >= least) return shade
  }
  return hex(goal)
}
/** What is written on a field of this colour. */
export const inkOn = (colour: string): string => (contrast(colour, '#ffffff') >= contrast(colour, '#101216') ? '#ffffff' : '#101216')
