// The style of the pages: light and dark by themselves, and the application's colour where it helps.
import { inkOn, readable, type Theme } from './theme.ts'

/** Behind cards, and cards: what text must be read on. */
const day = { page: '#f3f4f7', card: '#ffffff' }, night = { page: '#101216', card: '#191c22' }

export function styleOf({ accent, css }: Theme): string {
  // A button must be told from the card, and its text from the button.
  const button = { day: readable(accent, day.card, 3.2), night: readable(accent, night.card, 3.2) }
  const both = (light: string, dark: string): string => `light-dark(${light}, ${dark})`
  return `:root {
  color-scheme: light dark;
  --page: ${both(day.page, night.page)}; --card: ${both(day.card, night.card)}; --ink: ${both('#171a1f', '#eef0f4')}; --soft: ${both('#596170', '#a5adba')}; --line: ${both('#d9dde4', '#323844')};
  --edge: ${both('#868e9b', '#7a8391')}; --accent: ${both(button.day, button.night)}; --on-accent: ${both(inkOn(button.day), inkOn(button.night))};
  --link: ${both(readable(accent, day.page), readable(accent, night.card))}; --bad: ${both('#b3261e', '#ff9d94')}; --bad-ink: ${both('#ffffff', '#2b0d0b')}; --bad-back: ${both('#fdf0ef', '#35191a')}; --good: ${both('#1c6b3a', '#7fd6a0')}; --good-back: ${both('#edf7f0', '#12301f')};
  --round: 10px;
}
${rest}
${css}
`
}

const rest = `*, *::before, *::after { box-sizing: border-box }
[hidden] { display: none !important }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; align-items: center; padding: clamp(1rem, 8vh, 5.5rem) 1rem 2rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif }
.brand { display: flex; align-items: center; gap: .625rem; margin: 0 0 1.5rem; font-size: 1.0625rem; font-weight: 650; letter-spacing: -.01em; color: inherit; text-decoration: none; max-width: 100%; overflow-wrap: anywhere }
.brand img { height: 2rem; width: auto; max-width: 8rem; display: block }
.mark { flex: none; display: grid; place-items: center; width: 2rem; height: 2rem; border-radius: 9px; background: var(--accent); color: var(--on-accent); font-weight: 700; font-size: 1rem }
main { width: 100%; max-width: 25.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: clamp(1.25rem, 6vw, 2.25rem); box-shadow: 0 1px 2px rgb(0 0 0 / .04), 0 12px 32px rgb(0 0 0 / .06) }
main.wide { max-width: 38rem }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.02em; font-weight: 680; margin: 0 0 .375rem; text-wrap: balance }
h1:focus, h2:focus { outline: none }
h2 { font-size: 1rem; line-height: 1.4; margin: 0 }
p { margin: 0 0 1rem; text-wrap: pretty; overflow-wrap: anywhere } .lead { color: var(--soft); margin-bottom: 1.5rem }
a { color: var(--link); text-underline-offset: .18em; text-decoration-thickness: 1px } a:hover { text-decoration-thickness: 2px }
form { margin: 0 }
.field { margin: 0 0 1.125rem }
label, .label { display: block; font-weight: 560; font-size: .9375rem; margin: 0 0 .375rem }
.over { display: flex; justify-content: space-between; align-items: baseline; gap: .75rem } .over a { font-size: .875rem }
.optional { color: var(--soft); font-weight: 400 }
input, select { width: 100%; min-height: 2.875rem; padding: .5rem .8125rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: var(--round) }
input[type=checkbox] { width: 1.25rem; min-height: 1.25rem; height: 1.25rem; accent-color: var(--accent); flex: none; margin: .125rem 0 0 } .check { display: flex; gap: .625rem; align-items: flex-start } .check label { margin: 0; font-weight: 400 }
input:focus-visible, select:focus-visible, button:focus-visible, a:focus-visible, .problems:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
a:focus-visible { border-radius: 4px }
input[aria-invalid=true] { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad) }
.digits { font: 600 1.375rem/1.2 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; letter-spacing: .22em; text-align: center }
.with { position: relative } .with input { padding-right: 4.5rem }
.show { position: absolute; inset: 1px 1px 1px auto; width: 4.25rem; border: 0; border-radius: 0 var(--round) var(--round) 0; background: none; color: var(--link); font: inherit; font-size: .875rem; font-weight: 560; cursor: pointer }
.hint { font-size: .875rem; color: var(--soft); margin: .375rem 0 0 } .error { font-size: .875rem; color: var(--bad); margin: .375rem 0 0; font-weight: 560 }
.strength { display: grid; grid-template-columns: repeat(4, 1fr); gap: 4px; margin: .5rem 0 0; height: 4px } .strength i { border-radius: 2px; background: var(--line) }
.strength[data-of='1'] i:nth-child(-n+1) { background: var(--bad) } .strength[data-of='2'] i:nth-child(-n+2) { background: light-dark(#b86e00, #f0b04d) } .strength[data-of='3'] i:nth-child(-n+3), .strength[data-of='4'] i { background: var(--good) }
button.act, a.act { display: flex; align-items: center; justify-content: center; width: 100%; min-height: 2.875rem; padding: .5rem 1rem; border: 1px solid transparent; border-radius: var(--round); background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 620; text-decoration: none; cursor: pointer }
button.act:hover, a.act:hover { filter: brightness(1.07) } button.act:active { transform: translateY(1px) }
button[aria-disabled=true] { cursor: progress; opacity: .75 }
button.act[aria-disabled=true]::after { content: ''; width: 1em; height: 1em; margin-left: .625rem; border: 2px solid currentColor; border-right-color: transparent; border-radius: 50%; animation: turn .8s linear infinite }
@keyframes turn { to { transform: rotate(1turn) } }
button.grave { background: var(--bad); color: var(--bad-ink) }
.piece { border-top: 1px solid var(--line) } .piece:last-of-type { border-bottom: 1px solid var(--line) } .piece > summary { padding: .875rem 0; font-weight: 600; cursor: pointer; border-radius: 6px } .piece > summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px } .piece[open] { padding-bottom: 1.25rem } .piece .lead { margin: .25rem 0 1rem }
.piece ~ .foot { border-top: 0; margin-top: .25rem }
.plain { border: 1px solid var(--edge); border-radius: 8px; background: none; color: inherit; font: inherit; font-size: .9375rem; font-weight: 560; min-height: 2.375rem; padding: .25rem .875rem; cursor: pointer; white-space: nowrap } .plain:hover { background: var(--page) } .plain.bad { color: var(--bad) }
.or { display: flex; align-items: center; gap: .75rem; margin: 1.25rem 0; color: var(--soft); font-size: .875rem } .or::before, .or::after { content: ''; flex: 1; border-top: 1px solid var(--line) }
.ways { display: grid; gap: .625rem } .ways a { display: flex; align-items: center; justify-content: center; min-height: 2.75rem; border: 1px solid var(--edge); border-radius: var(--round); color: inherit; font-weight: 560; text-decoration: none } .ways a:hover { background: var(--page) }
.foot { margin: 1.5rem 0 0; padding: 1.125rem 0 0; border-top: 1px solid var(--line); font-size: .9375rem; color: var(--soft) } .foot + .foot { border-top: 0; margin-top: .25rem; padding-top: 0 } .foot:last-child { margin-bottom: 0 }
.problems { border: 1px solid var(--bad); background: var(--bad-back); border-radius: var(--round); padding: .875rem 1rem; margin: 0 0 1.25rem } .problems h2 { color: var(--bad); font-size: .9375rem } .problems ul { margin: .25rem 0 0; padding: 0 0 0 1.125rem; font-size: .9375rem } .problems a { color: inherit }
.note { border-radius: var(--round); background: var(--good-back); color: var(--good); padding: .75rem 1rem; margin: 0 0 1.25rem; font-size: .9375rem; font-weight: 560 }
.sign { display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: 50%; background: var(--good-back); color: var(--good); margin: 0 0 1rem } .sign svg { width: 1.5rem; height: 1.5rem }
.sessions { list-style: none; margin: 0 0 1.25rem; padding: 0 } .sessions li { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .9375rem 0; border-top: 1px solid var(--line) } .sessions li:last-child { border-bottom: 1px solid var(--line) }
.sessions p { margin: .125rem 0 0; font-size: .875rem; color: var(--soft) } .tag { display: inline-block; margin-left: .5rem; padding: 0 .5rem; border-radius: 99px; background: var(--good-back); color: var(--good); font-size: .8125rem; font-weight: 600; vertical-align: 1px }
.row { display: flex; flex-wrap: wrap; gap: .625rem } .quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (prefers-reduced-motion: reduce) { *, *::after { animation-duration: 3s !important; transition: none !important } }
@media (forced-colors: active) { button.act, a.act, .mark { border-color: ButtonText; forced-color-adjust: auto } .strength i { border: 1px solid CanvasText } }
@media (max-width: 26rem) { body { padding-top: 1.25rem } .sessions li { align-items: flex-start; flex-direction: column; gap: .5rem } }`
