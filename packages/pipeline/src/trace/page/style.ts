/** The style of the page, light and dark. */
export const STYLE: string = `
:root { color-scheme: light dark; --ink: light-dark(#1c2024, #e6e8ea); --soft: light-dark(#60666c, #9aa1a8);
  --line: light-dark(#d9dde0, #33393f); --paper: light-dark(#fff, #15181b); --card: light-dark(#f6f7f8, #1d2125);
  --accent: light-dark(#0b62c4, #6cb2ff) }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1200px; margin: 0 auto; padding: 20px 16px 48px }
h1 { font-size: 22px; margin: 0 0 4px } h2 { font-size: 16px; margin: 28px 0 8px }
p { margin: 0 0 8px; max-width: 80ch } .soft { color: var(--soft) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; min-width: 100% }
th, td { padding: 4px 12px 4px 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line) }
th:first-child, td:first-child { text-align: left } th { color: var(--soft); font-weight: 500 }
tr.bottleneck td:first-child { font-weight: 700; color: var(--accent) }
canvas { display: block; width: 100%; background: var(--card); border-radius: 8px; touch-action: pan-y; caret-color: var(--accent) }
.controls { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; margin: 8px 0 }
.controls input[type=range] { flex: 1 1 160px; min-width: 120px }
button, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 3px 12px }
output { font-variant-numeric: tabular-nums; min-width: 9ch; text-align: right }
`
