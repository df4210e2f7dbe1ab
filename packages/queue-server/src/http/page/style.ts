/** How the page looks: narrow and wide, light and dark. */
export const STYLE: string = /* css */ `
:root {
  --ground: #f4f6f8; --sheet: #fff; --ink: #1a1f26; --faint: #5a6572; --line: #dde2e8; --hover: #f0f5fb;
  --ready: #2374d1; --flight: #d99100; --delayed: #a9b3be; --accent: #0b62c4; --good: #187a3a; --warn: #8a5a00; --bad: #b3261e;
  --bad-ground: #fdecea; --warn-ground: #fff4dc; --code: #f4f6f8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101318; --sheet: #181c23; --ink: #e5e9ef; --faint: #98a3b0; --line: #2a313b; --hover: #1f2530;
    --ready: #4d9bf0; --flight: #e6ae3c; --delayed: #5d6875; --accent: #74b4ff; --good: #5fcf85; --warn: #f0c060; --bad: #ff9389;
    --bad-ground: #3a1d1b; --warn-ground: #352a12; --code: #101318;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0 auto; padding: 16px; max-width: 1240px; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1, h2, h3, p, dl, dd, ol { margin: 0; padding: 0; }
h1 { font-size: 20px; } h2 { font-size: 18px; overflow-wrap: anywhere; unicode-bidi: isolate; } h3 { font-size: 15px; }
dt, th, .faint { color: var(--faint); font-weight: normal; font-size: 13px; }
dd, td { font-variant-numeric: tabular-nums; }
header { display: flex; align-items: center; justify-content: space-between; gap: 16px; margin-bottom: 12px; }
#state { display: flex; align-items: center; gap: 8px; color: var(--faint); }
#state::before { content: ""; width: 9px; height: 9px; border-radius: 50%; background: var(--delayed); }
#state[data-state="live"]::before { background: var(--good); }
#state[data-state="read-only"]::before { background: var(--flight); }
#state[data-state="gone"] { color: var(--bad); } #state[data-state="gone"]::before { background: var(--bad); }
.notice { position: sticky; top: 8px; z-index: 1; margin-bottom: 12px; padding: 10px 14px; border-radius: 8px; background: var(--bad-ground); color: var(--bad); overflow-wrap: anywhere; }
.notice[data-state="read-only"] { background: var(--warn-ground); color: var(--warn); }
body.stale #main, body.stale #facts, body.stale #messages { opacity: .5; }

button, input, select { min-height: 38px; padding: 6px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--sheet); color: inherit; font: inherit; }
button { cursor: pointer; } button:hover:enabled { border-color: var(--accent); }
button:disabled { opacity: .45; cursor: default; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.quiet { border-color: transparent; background: none; color: var(--accent); }
.danger { color: var(--bad); } .danger:hover:enabled { border-color: var(--bad); }
.badge { padding: 1px 8px; border-radius: 10px; background: var(--warn-ground); color: var(--warn); font-size: 12px; }
.line { display: flex; flex-wrap: wrap; gap: 8px; } .line input { flex: 1 1 180px; min-width: 0; }
#login { display: grid; gap: 8px; max-width: 440px; margin: 12vh auto 0; padding: 20px; border: 1px solid var(--line); border-radius: 12px; background: var(--sheet); }
#login-error { color: var(--bad); min-height: 1.45em; }

#totals { display: grid; grid-template-columns: repeat(6, 1fr); gap: 1px; margin-bottom: 12px; border: 1px solid var(--line); border-radius: 12px; overflow: hidden; background: var(--line); }
#totals div { padding: 10px 14px; background: var(--sheet); } #totals dd { font-size: 20px; }
#tools { display: flex; gap: 8px; margin-bottom: 12px; } #search { flex: 1; min-width: 0; } #sort { max-width: 50%; }
table { width: 100%; border-collapse: separate; border-spacing: 0; border: 1px solid var(--line); border-radius: 12px; overflow: hidden; background: var(--sheet); table-layout: fixed; }
th, td { padding: 8px 12px; text-align: right; } th:first-child, td:first-child { width: 34%; text-align: left; }
td { height: 44px; border-top: 1px solid var(--line); } tbody tr { cursor: pointer; } tbody tr:hover { background: var(--hover); }
td.nothing { color: var(--faint); } td.bad, dd.bad { color: var(--bad); } a { color: var(--accent); unicode-bidi: isolate; }
.name { min-height: 0; max-width: 100%; padding: 0; border: 0; border-radius: 3px; background: none; text-align: left; font-weight: 600; overflow-wrap: anywhere; unicode-bidi: isolate; }
td .name { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; } tr.paused .name { padding-right: 70px; }
td:first-child { position: relative; padding-right: 0; } td .badge { position: absolute; top: 10px; right: 0; }
.bar { position: absolute; left: 12px; right: 0; bottom: 3px; display: flex; height: 3px; border-radius: 2px; overflow: hidden; } .bar i { flex: none; height: 100%; }
.bar i:nth-child(1) { background: var(--ready); } .bar i:nth-child(2) { background: var(--flight); } .bar i:nth-child(3) { background: var(--delayed); }
#none { padding: 32px; text-align: center; color: var(--faint); } #more { display: block; margin: 8px auto; }

dialog { width: min(760px, 100vw - 32px); max-height: min(860px, 100dvh - 32px); padding: 18px; border: 1px solid var(--line); border-radius: 14px; background: var(--sheet); color: inherit; overflow-x: hidden; }
dialog::backdrop { background: #0007; }
#detail-notice { top: 0; margin: 10px 0; } .head { display: flex; align-items: center; gap: 10px; } .head button { margin-left: auto; }
#facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 10px 14px; margin: 12px 0 16px; }
#confirm { display: grid; gap: 8px; margin-top: 12px; padding: 12px; border-radius: 10px; background: var(--bad-ground); overflow-wrap: anywhere; } #confirm strong { unicode-bidi: isolate; }
#confirm .danger:enabled { background: var(--bad); border-color: var(--bad); color: var(--sheet); }
#result { min-height: 1.45em; margin: 8px 0; color: var(--faint); } #result.bad { color: var(--bad); }
#looks-only { color: var(--faint); }
#messages { list-style: none; } #messages > li { padding: 10px 0; border-top: 1px solid var(--line); }
.about { display: flex; flex-wrap: wrap; gap: 2px 14px; color: var(--faint); font-size: 13px; overflow-wrap: anywhere; }
pre { margin: 6px 0 0; padding: 8px 10px; max-height: 220px; overflow: auto; border-radius: 8px; background: var(--code); font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }

@media (max-width: 760px) {
  body { padding: 12px; } input, select { font-size: 16px; }
  #totals { grid-template-columns: repeat(3, 1fr); } #totals div { padding: 8px 12px; } #totals dd { font-size: 18px; }
  thead { display: none; } table, tbody { display: block; }
  tbody tr { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0 8px; padding: 10px 12px; border-top: 1px solid var(--line); } tbody tr:first-child { border-top: 0; }
  td { height: auto; padding: 2px 0; border: 0; text-align: left; } td:first-child { grid-column: 1 / -1; width: auto; padding: 0 0 8px; }
  td .badge { top: 0; } .bar { left: 0; }
  td:not(:first-child)::before { content: attr(data-label); display: block; color: var(--faint); font-size: 12px; }
  dialog { width: 100vw; max-width: 100vw; height: 100dvh; max-height: 100dvh; margin: 0; padding: 14px; border: 0; border-radius: 0; }
}
`
