/** Of the page; the colours of the charts are read from here too. */
export const style = `
:root { color-scheme: light dark; --paper: #fff; --card: #f6f7f9; --ink: #1b1f24; --faint: #59636e; --rule: #d8dde3;
  --line-0: #0b63c5; --line-1: #c2410c; --line-2: #15803d; --line-3: #8b2fc9; --line-4: #a16207; --line-5: #be185d; }
@media (prefers-color-scheme: dark) { :root { --paper: #0f1216; --card: #181c22; --ink: #e6e9ed; --faint: #9aa4af; --rule: #323943;
  --line-0: #6cb2ff; --line-1: #ff9a62; --line-2: #5fd38a; --line-3: #c99bff; --line-4: #e3bf52; --line-5: #ff8fc0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .75rem; font-size: 1.15rem; }
p { margin: .25rem 0; }
.faint { color: var(--faint); }
.failure { margin-top: 1rem; padding: .6rem .9rem; border-left: 4px solid var(--line-1); background: var(--card); overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .5rem; margin: 1.25rem 0 0; }
dl > div { padding: .55rem .8rem; border-radius: 8px; background: var(--card); }
dt { font-size: .8rem; color: var(--faint); }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
figure { margin: 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 29rem), 1fr)); gap: 1rem; }
.chart { min-width: 0; padding: .8rem .8rem .4rem; border-radius: 8px; background: var(--card); }
.chart figcaption { font-weight: 600; overflow-wrap: anywhere; }
.chart figcaption span { font-weight: 400; color: var(--faint); font-variant-numeric: tabular-nums; }
.plot { min-height: 290px; }
.samples img { display: block; max-width: 100%; height: auto; border-radius: 4px; background: #fff; }
.samples img.small { image-rendering: pixelated; }
.samples img[hidden] { display: none; }
.slide { display: flex; align-items: center; gap: .9rem; max-width: 40rem; margin-top: .7rem; }
.slide input { flex: 1; min-width: 0; height: 1.75rem; accent-color: var(--line-0); }
.slide output { min-width: 6.5rem; font-variant-numeric: tabular-nums; }
:focus-visible { outline: 3px solid var(--line-0); outline-offset: 2px; border-radius: 4px; }
table.settings { width: 100%; border-collapse: collapse; font-size: .9rem; }
.settings th, .settings td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.settings th { width: 45%; font-weight: 400; color: var(--faint); }
@media (max-width: 40rem) { .settings th, .settings td { display: block; width: auto; padding-right: 0; }
  .settings th { padding-bottom: 0; border-bottom: 0; } .settings td { padding-top: 0; } }
.u-legend { font-size: .85rem; }
.u-legend td { font-variant-numeric: tabular-nums; }
`;
