/**
 * How the page looks. Few colours, each with one meaning and never alone: signs, borders and words say the same. The palette
 * is after Okabe and Ito (2008), which all kinds of colour vision tell apart.
 */

/** What the signs of the timeline mean, as HTML. */
export const LEGEND = `<ul class="legend" aria-label="Legend">
<li><span class="swatch live"></span> ran, and was recorded</li>
<li><span class="swatch replayed"></span> ← read from the journal</li>
<li><span class="swatch bad"></span> ✗ fault or error</li>
<li><span class="swatch departs"></span> ≠ not calm</li>
<li><b>●</b> checkpoint</li>
<li><b class="effect">◆</b> effect on the world</li>
<li><b>✉&#xFE0E;</b> message</li>
<li><b>◷</b> timer, clock</li>
<li><b>⤷</b> child</li>
<li><b>▲</b> what the verdict is about</li>
</ul>`;

const COLOURS = `
:root{--paper:#fcfcfb;--card:#fff;--ink:#1c2126;--soft:#5a646e;--line:#e2e5e8;--live:#0a5aa8;--live-bg:#eaf2fb;
--replayed:#55616d;--replayed-bg:#f3f5f6;--bad:#a83c08;--bad-bg:#fdefe7;--effect:#00694c;--departs:#74378f;--departs-bg:#f6eefb;--focus:#0a5aa8}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1b1f23;--ink:#e7e9eb;--soft:#a0aab4;--line:#2c3238;
--live:#86bdf5;--live-bg:#172a3d;--replayed:#a9b4be;--replayed-bg:#20252a;--bad:#ff9d6b;--bad-bg:#3a2217;--effect:#62d2aa;
--departs:#d6a9f2;--departs-bg:#2f2140;--focus:#86bdf5}}`;

const PAGE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:3rem clamp(1rem,4vw,3.5rem) 5rem;max-width:104rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
code,.mark,.corner,.head,.log td:first-child,.log td:nth-child(2){font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{font-size:.9em;overflow-wrap:anywhere;white-space:pre-wrap}
h1{margin:.4rem 0 .6rem;max-width:62rem;font-size:clamp(1.2rem,1rem + .8vw,1.55rem);line-height:1.4;font-weight:600;letter-spacing:-.01em;overflow-wrap:anywhere;white-space:pre-wrap}
h2{margin:3.2rem 0 .9rem;font-size:1.05rem;font-weight:650;overflow-wrap:anywhere}
p{margin:.4rem 0 .9rem}
a{color:inherit}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
.scenario{margin:0;color:var(--soft);overflow-wrap:anywhere}
.scenario b{color:var(--bad);font-weight:650;margin-right:.6em}
.more{max-width:62rem;white-space:pre-wrap;overflow-wrap:anywhere}
.todo{margin:1.6rem 0 0;display:grid;gap:.5rem}
.todo div{display:grid;grid-template-columns:5rem 1fr;gap:.25rem 1rem}
.todo dt{color:var(--soft)}
.todo dd{margin:0;max-width:60rem;overflow-wrap:anywhere}
.todo code{user-select:all;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.15em .5em;display:inline-block}
.facts,.hint,.soft,figcaption{color:var(--soft);font-size:.9rem}
.facts{margin-top:1.4rem}
.calls{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1rem;max-width:72rem}
.calls li{background:var(--card);border:1px solid var(--line);border-top:3px solid var(--bad);border-radius:8px;padding:.9rem 1.1rem;overflow-wrap:anywhere}
.calls .label,.calls .site{display:block;color:var(--soft)}
.call-text{font-weight:650;font-size:1rem}
.branch{display:inline-block;padding:0 .5em;border:1px solid currentColor;border-radius:1em;font-size:.82rem;color:var(--soft);overflow-wrap:anywhere}
.effects{margin-top:2rem;max-width:62rem}
.effects span{display:block}
.script{padding-left:1.4rem;margin:.4rem 0}
.script li{margin:.3rem 0;overflow-wrap:anywhere}
.script b{color:var(--departs)}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:600;color:var(--soft);font-size:.9rem}
td,th{padding:.45rem .8rem;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.side{max-width:84rem;table-layout:fixed}
.side th:first-child{width:6.5rem}
.side .result{color:var(--soft)}
.side .result.bad,.note.bad,em{color:var(--bad)}
.note,.side em{display:block;font-size:.9rem}
.note.dim{color:var(--soft)}
em{font-style:normal;font-weight:600}
.side .evidence>*{background:var(--bad-bg)}
.fix dd{font-weight:600}
.on-paper{display:none}`;

const TIMELINE = `
.legend{list-style:none;margin:0 0 1rem;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;font-size:.88rem;color:var(--soft)}
.swatch{display:inline-block;width:1.5em;height:.95em;border-radius:3px;vertical-align:-.1em;border:1.5px solid var(--live);background:var(--live-bg)}
.swatch.replayed{border:1.5px dashed var(--replayed);background:var(--replayed-bg)}
.swatch.bad{border:2px solid var(--bad);background:var(--bad-bg)}
.swatch.departs{border:2px double var(--departs);background:var(--departs-bg)}
.stage{display:grid;grid-template-columns:minmax(0,1fr);gap:1.2rem}
.view{overflow:auto;align-self:start;max-height:60vh;border:1px solid var(--line);border-radius:10px;background:var(--card)}
.panels{display:flex}
.panel{flex:calc(var(--columns) + 1) 0 0;min-width:calc((var(--columns) + 1)*7.8rem + 2rem);display:grid;grid-template-columns:minmax(7.4rem,.7fr) repeat(var(--columns),minmax(0,1fr));grid-auto-rows:1.7rem;column-gap:.5rem;padding:0 .8rem 1rem;position:relative}
.panel+.panel{border-left:3px double var(--line)}
.shade{grid-column:1/-1;position:sticky;top:0;z-index:4;background:var(--card);border-bottom:1px solid var(--line);margin:0 -.8rem}
.corner,.head{position:sticky;z-index:4;font-size:.8rem;line-height:1.7rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.corner{top:0;grid-column:1;padding-top:.1rem}
.h1{top:0;font-weight:650}
.h2{top:1.7rem}
.h3{top:3.4rem;color:var(--soft)}
.rule{grid-column:1/-1;height:0;border-top:1px solid var(--line);pointer-events:none}
.mark{display:grid;grid-auto-rows:1.7rem;grid-template-columns:minmax(0,1fr);margin:1px 0;padding:0 .45rem;border-radius:5px;border:1px solid transparent;font-size:.78rem;line-height:calc(1.7rem - 4px);color:inherit;text-decoration:none;cursor:default;z-index:1;min-width:0;scroll-margin:6rem 1rem 2rem}
.mark span{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.mark b{font-weight:650;margin-right:.25em}
.mark span+span{color:var(--soft)}
.mark .effect,.effect b,b.effect{color:var(--effect)!important}
.mark .bad,.mark.note.bad{color:var(--bad)!important}
.mark .flag{color:var(--bad)!important;font-weight:650}
.move{color:var(--soft);font-size:.74rem}
abbr{text-decoration:none}
.note{color:var(--soft)}
.mark.note{z-index:2}
.call{border:1px solid var(--live);border-left-width:4px;background:var(--live-bg)}
.call>span:first-child{font-weight:600}
.call.replayed{border:1px dashed var(--replayed);border-left:4px dashed var(--replayed);background:var(--replayed-bg)}
.call.bad{border-color:var(--bad);background:var(--bad-bg)}
.call.cut{border-bottom:3px dotted var(--bad)}
.band{background:var(--replayed-bg);border:1px solid var(--line);z-index:3;text-align:center;font-weight:600}
.band.bad{background:var(--bad-bg);border-color:var(--bad);color:var(--bad)}
.mark.departs{background:var(--departs-bg);border:3px double var(--departs);color:var(--departs);font-weight:650;line-height:calc(1.7rem - 8px)}
.evidence.call{border-width:2px;border-left-width:6px}
.mark:hover,.mark.twin{box-shadow:0 0 0 2px var(--soft)}
.mark[aria-current]{box-shadow:0 0 0 3px var(--ink)}
.mark:focus-visible{outline-offset:0;z-index:3}
#inspector{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.9rem 1.1rem;font-size:.88rem;overflow:auto;height:34vh}
#inspector h3{margin:0 0 .5rem;font-size:.95rem;overflow-wrap:anywhere}
#inspector section{padding:.5rem 0;border-top:1px solid var(--line)}
#inspector section a{color:var(--soft)}
.carries span{display:block}
.log td:last-child span{display:inline-block;vertical-align:top;max-width:100%;margin-right:1.4em}
.carries span,.log td:last-child span{white-space:pre-wrap;overflow-wrap:anywhere;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.8rem;line-height:1.5}
.carries i,.log td:last-child i{font-style:normal;color:var(--soft)}
@media (min-width:48rem){.wide #inspector{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));column-gap:1.6rem;align-items:start}.wide #inspector h3{grid-column:1/-1}}
@media (min-width:75rem){.stage:not(.wide){grid-template-columns:minmax(0,1fr) 17.5rem}.stage:not(.wide) .view{max-height:92vh}.stage:not(.wide) #inspector{height:auto;max-height:92vh;position:sticky;top:.5rem;align-self:start}}`;

const LOG = `
.log{table-layout:fixed;margin-bottom:2rem;font-size:.88rem}
.log caption{text-align:left;color:var(--soft);padding:.4rem 0}
.log th:first-child{width:5rem}
.log th:nth-child(2){width:7rem}
.log th:nth-child(3){width:32%}
.log tbody{content-visibility:auto;contain-intrinsic-size:auto 4000px}
.log td:first-child,.log td:nth-child(2){color:var(--soft);font-size:.8rem}
.log tr.bad td:nth-child(3){color:var(--bad)}
.log tr.departs td:nth-child(3){color:var(--departs);font-weight:600}
.log tr:target{background:var(--live-bg)}
@media screen and (max-width:40rem){body{padding-top:1.5rem}.todo div{grid-template-columns:1fr}.side th:first-child{width:3.2rem}td,th{padding:.4rem .4rem}
.log caption{display:block}.log thead{position:absolute;clip-path:inset(50%)}.log,.log tbody,.log tr,.log td{display:block;width:auto}.log td{border:0;padding:.1rem .4rem}.log tr{border-bottom:1px solid var(--line);padding:.5rem 0}}
@media (forced-colors:active){.mark,.swatch,.calls li,.branch{border-color:CanvasText}.mark.departs{border-style:double}.mark[aria-current]{outline:3px solid Highlight}}
@media (prefers-reduced-motion:no-preference){.mark{transition:box-shadow .12s}}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--live:#0a5aa8;--live-bg:#fff;--replayed:#444;--replayed-bg:#fff;--bad:#a83c08;--bad-bg:#fff;--effect:#00694c;--departs:#74378f;--departs-bg:#fff}
@page{margin:14mm}body{padding:0;max-width:none;font-size:10pt}h2{margin-top:1.6rem;break-after:avoid}.view{max-height:none;overflow:visible;border:0}.panels{min-width:0}.panel{flex:1 1 0;min-width:0;grid-template-columns:minmax(0,1fr) repeat(var(--columns),minmax(0,1.2fr));column-gap:.2rem;padding:0 .2rem}
.head,.corner,.shade{position:static}.shade{background:none}.mark{font-size:6.5pt}.mark[aria-current],.mark.twin{box-shadow:none}#inspector,.hint{display:none}.on-paper{display:block}.short .on-paper,.long .stage,.long .legend{display:none}.long .on-paper{display:block}.log tbody{content-visibility:visible}.log tbody tr:not(.key){display:none}.log thead{display:table-header-group}.calls li,tr{break-inside:avoid}.stage{display:block;break-inside:avoid}}`;

/** The style sheet. */
export const STYLE: string = COLOURS + PAGE + TIMELINE + LOG;
