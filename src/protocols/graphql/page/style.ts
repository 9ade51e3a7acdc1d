// How the page looks: light and dark, wide and narrow.

export const style = `:root { color-scheme: light dark; --line: light-dark(#d5d9e0, #363c46); --back: light-dark(#fff, #14171c); --soft: light-dark(#f4f6f8, #1c2027); --mark: light-dark(#0b5cad, #79b8ff); --bad: light-dark(#b3261e, #ff8a80) }
* { box-sizing: border-box } html, body { height: 100%; margin: 0 }
body { display: flex; flex-direction: column; font: 14px/1.45 system-ui, sans-serif; background: var(--back) }
header { display: flex; flex-wrap: wrap; gap: .8rem; align-items: center; padding: .5rem .8rem; border-bottom: 1px solid var(--line) } h1 { font-size: 1rem; margin: 0 auto 0 0 }
main { flex: 1; min-height: 0; display: grid; grid-template-columns: 1fr 1fr 20rem } section, aside { min-width: 0; min-height: 0; display: flex; flex-direction: column; border-right: 1px solid var(--line); position: relative }
textarea, pre, code, #token { font: 13px/1.5 ui-monospace, monospace } textarea { border: 0; padding: .8rem; resize: none; background: transparent; color: inherit; tab-size: 2 } #document { flex: 1 } label[for=variables] { padding: .3rem .8rem; background: var(--soft); border-block: 1px solid var(--line) }
pre { flex: 1; margin: 0; padding: .8rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere } pre.bad { color: var(--bad) }
aside { overflow: auto; padding: .6rem; border: 0 } #search { width: 100%; padding: .35rem; margin-bottom: .5rem } #schema a { color: var(--mark); text-decoration: none } #schema a:hover { text-decoration: underline } #schema h2 { font-size: 1rem; margin: .4rem 0 } #schema dl { margin: 0 } #schema dt { margin-top: .5rem; overflow-wrap: anywhere } #schema dd { margin: 0 0 0 .8rem; opacity: .8 } s { opacity: .7 }
#complete { position: absolute; z-index: 1; margin: 0; padding: 0; list-style: none; max-height: 14rem; overflow: auto; background: var(--back); border: 1px solid var(--line); box-shadow: 0 4px 14px #0003; min-width: 16rem } #complete li { padding: .15rem .6rem; font: 13px ui-monospace, monospace; cursor: pointer } #complete li[aria-selected=true] { background: var(--mark); color: var(--back) } #complete small { opacity: .7; margin-left: .6rem }
#token { width: 9rem } button { padding: .3rem 1rem } @media (max-width: 60rem) { main { grid-template-columns: 1fr; overflow: auto } #document { min-height: 14rem } }
`
