// How the pages look: one column of text beside one of names, light or dark as the reader's system is.
export const style = `
:root { color-scheme: light dark; --back: light-dark(#fff, #14171c); --raised: light-dark(#f6f7f9, #1c2027); --line: light-dark(#dfe3e8, #313842); --ink: light-dark(#1c2329, #e4e8ee); --quiet: light-dark(#5b6670, #9aa5b1); --link: light-dark(#0a58ca, #79b8ff); --mark: light-dark(#fff3c4, #4a3f12) }
* { box-sizing: border-box }
html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif }
a { color: var(--link); text-decoration-thickness: .06em; text-underline-offset: .15em }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px }
code, pre, textarea, .address { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875em }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow: auto; max-height: 28rem }
h1 { font-size: 1.75rem; margin: 1rem 0 } h1 small { font-size: .8rem; color: var(--quiet); font-weight: normal }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line) } h3 { font-size: 1.05rem; margin: 0 0 .3rem }
h2 a, h3 a { color: inherit; text-decoration: none } h2 a:hover, h3 a:hover { text-decoration: underline }
.quiet { color: var(--quiet); font-size: .875rem; font-weight: normal }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; top: 1rem; z-index: 3; background: var(--back); padding: .5rem }
.top { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: center; padding: .6rem 1.2rem; background: var(--back); border-bottom: 1px solid var(--line) }
.top .name { font-weight: 700; color: inherit; text-decoration: none } .top nav { margin-left: auto; display: flex; gap: 1rem } .search { flex: 0 1 20rem } .token { display: flex; gap: .5rem; align-items: center; color: var(--quiet) }
input, textarea { width: 100%; font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .35rem .6rem } textarea, .try input { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .875rem }
button { font: inherit; padding: .35rem .9rem; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); color: inherit; cursor: pointer } button:hover { border-color: var(--link) }
.columns { display: grid; grid-template-columns: 19rem minmax(0, 1fr); max-width: 90rem; margin: 0 auto }
.side { position: sticky; top: 3.6rem; align-self: start; max-height: calc(100vh - 3.6rem); overflow: auto; padding: 1rem; border-right: 1px solid var(--line); font-size: .9rem }
.side ul { list-style: none; margin: .2rem 0 .8rem; padding: 0 } .side li a { display: block; padding: .18rem .3rem; color: inherit; text-decoration: none; border-radius: 4px } .side li a:hover { background: var(--raised) } .side summary a { color: inherit; font-weight: 600; text-decoration: none }
main { padding: .5rem 2rem 6rem; min-width: 0 } .prose { max-width: 50rem; margin: 0 auto }
.operation { border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.2rem; margin: 1rem 0 } .operation:target, .failure:target, .schema:target { background: linear-gradient(var(--mark), var(--mark)) left/4px 100% no-repeat }
.address { margin: .2rem 0; overflow-wrap: anywhere } .operation > p { margin: .3rem 0 }
.verb { display: inline-block; min-width: 3.6em; font: 700 .72rem/1.6 ui-monospace, Menlo, Consolas, monospace; text-align: center; border-radius: 4px; color: #fff; background: #4d5966 } .get { background: #1a6fb5 } .post { background: #1d7a46 } .patch { background: #8a5a00 } .put { background: #6b4bb8 } .delete { background: #b3261e }
.badge { font: .75rem system-ui, sans-serif; color: var(--quiet); border: 1px solid var(--line); border-radius: 99px; padding: .1rem .5rem } .status { font-size: .9rem; color: var(--quiet) }
details { margin: .4rem 0 } summary { cursor: pointer } .failure { padding: 0 1rem } .schema { padding: .15rem .6rem }
table { width: 100%; border-collapse: collapse; font-size: .9rem; margin: .5rem 0 } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere } thead th { color: var(--quiet); font-weight: 500 } tbody th { font-weight: normal; width: 28% }
.try form { display: grid; gap: .6rem; margin: .6rem 0; justify-items: start } .try label { width: 100% } output { display: block; overflow-wrap: anywhere }
[hidden] { display: none !important }
@media (max-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr) } .side { position: static; max-height: 16rem; border-right: 0; border-bottom: 1px solid var(--line) } main { padding: .5rem 1rem 4rem } .top { position: static } }
@media print { .top, .side, .try { display: none } .columns { display: block } }
`
