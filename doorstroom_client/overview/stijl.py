"""The looks of the page: readable on a screen, a telephone and A4 paper, and without telling colours apart.

What a colour says is also said by a mark (▲ ? ○ =), by words and by how dark it is.
"""

from __future__ import annotations

CSS = """
:root {
  --inkt: #1a2028; --grijs: #4b5663; --lijn: #c5cdd6; --vlak: #f4f6f8; --link: #0b4f8a;
  --hoog: #8f2d00; --hoog-vlak: #fdeade; --zelf: #573a86; --zelf-vlak: #efe9f8;
  --open: #4b5663; --open-vlak: #fff; --blijft: #23527c; --blijft-vlak: #e4eef7;
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--inkt); background: #fff;
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
header, main, footer { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.5rem; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
h1 { margin: 0; font-size: 1.7rem; }
h2 { margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 3px solid var(--inkt); font-size: 1.4rem; }
h3 { margin: 2rem 0 .4rem; font-size: 1.15rem; }
h4 { margin: 1.2rem 0 .3rem; font-size: 1rem; }
p { margin: .4rem 0 .8rem; max-width: 46rem; }
a { color: var(--link); }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.sla-over { position: absolute; left: -999rem; }
.sla-over:focus { left: 1rem; top: .5rem; background: #fff; padding: .5rem; }
.klein { color: var(--grijs); font-size: .9rem; }
.kern { margin: 1rem 0 .2rem; font-size: 1.35rem; line-height: 1.35; font-weight: 600; max-width: none; }
.kern b { color: var(--hoog); font-size: 1.35em; }
.let-op { border-left: 4px solid var(--grijs); background: var(--vlak); margin: 1rem 0;
  padding: .5rem .8rem .5rem 1.8rem; font-size: .95rem; }
.tellers { list-style: none; display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin: 1rem 0; padding: 0; }
.tellers li { border: 1px solid var(--lijn); border-left-width: 6px; border-radius: .3rem; padding: .5rem .75rem; }
.tellers b { display: block; font-size: 1.7rem; line-height: 1.2; }
.tellers .hoog { border-left-color: var(--hoog); background: var(--hoog-vlak); }
.tellers .zelf { border-left-color: var(--zelf); background: var(--zelf-vlak); }
.tellers .open { border-left-color: var(--open); border-left-style: double; }
.tellers .blijft { border-left-color: var(--blijft); background: var(--blijft-vlak); }
.hoog .teken { color: var(--hoog); } .zelf .teken { color: var(--zelf); }
.open .teken { color: var(--open); } .blijft .teken { color: var(--blijft); }
.teken { font-weight: 700; }
.schuif tbody th { min-width: 6rem; }
.schuif { position: relative; overflow-x: auto; margin: .3rem 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--lijn); }
thead th { font-size: .85rem; color: var(--grijs); border-bottom: 2px solid var(--inkt); vertical-align: bottom; }
tbody th { font-weight: 600; }
tfoot th, tfoot td { font-weight: 700; border-bottom: 0; }
.getal { text-align: right; font-variant-numeric: tabular-nums; padding-right: 1rem; }
.naam { overflow-wrap: anywhere; }
.sleutel { display: block; font-weight: 400; font-size: .85rem; color: var(--grijs); overflow-wrap: anywhere; }
.staaf { min-width: 7rem; width: 22%; }
.vast { white-space: nowrap; }
.namen { table-layout: fixed; }
.namen th:first-child { width: 30%; }
thead .teken { display: block; }
.wie { width: 34%; }
.kop { padding-top: 1rem; font-size: 1.05rem; }
.staaf svg, .niveau svg { display: block; width: 100%; height: 1.25rem; }
.besluit { display: none; }
.raster table { width: auto; min-width: 44rem; }
.raster th, .raster td { padding: .3rem .4rem; border: 1px solid var(--lijn); }
.raster td { text-align: center; min-width: 3.6rem; font-variant-numeric: tabular-nums; }
.raster tbody th { white-space: nowrap; text-align: left; }
.raster thead th { text-align: center; }
.raster .hoog { background: var(--hoog-vlak); }
.raster .zelf { background: var(--zelf-vlak); }
.raster .blijft { background: var(--blijft-vlak); }
.raster .gevuld { font-weight: 700; font-size: 1.1rem; border: 2px solid var(--inkt); }
.raster .hoog.gevuld { color: #fff; background: var(--hoog); }
.raster .hoog.gevuld .teken { color: #fff; }
.legenda { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; margin: .3rem 0; font-size: .9rem; }
.legenda svg { width: 1.6rem; height: .9rem; vertical-align: -.1rem; margin-right: .35rem; }
.niveau { margin: .8rem 0; }
.niveau p { margin: 0 0 .2rem; max-width: none; }
.ok { color: #17603a; font-weight: 600; } .niet-ok { color: var(--hoog); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; max-width: 46rem; }
dt { font-weight: 600; } dd { margin: 0; }
footer { margin-top: 3rem; padding-bottom: 2rem; border-top: 1px solid var(--lijn); }
.f-hoog { fill: #8f2d00; } .f-zelf { fill: url(#streep); } .f-open { fill: #fff; } .f-blijft { fill: #9cc3e6; }
.f-streef { fill: #23527c; } .f-f1 { fill: #9cc3e6; } .f-onder { fill: url(#streep); }
.rand { fill: none; stroke: #1a2028; stroke-width: 1; vector-effect: non-scaling-stroke; }
.deel { stroke: #1a2028; stroke-width: 1; vector-effect: non-scaling-stroke; }
.ambitie { stroke: #1a2028; stroke-width: 3; vector-effect: non-scaling-stroke; }
.ambitie-wit { stroke: #fff; stroke-width: 7; vector-effect: non-scaling-stroke; }
.verborgen { position: absolute; width: 0; height: 0; overflow: hidden; }
.alleen-voorlezen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 44rem) {
  header, main, footer { padding-left: .9rem; padding-right: .9rem; }
  h1 { font-size: 1.4rem; } .kern { font-size: 1.15rem; }
  .tellers { grid-template-columns: 1fr 1fr; gap: .5rem; }
  .tellers b { font-size: 1.4rem; }
  th, td { padding-right: .4rem; }
  .getal { padding-right: .4rem; }
  thead .teken { font-size: 1.1rem; }
  thead .lang { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .staaf { display: none; } .wie { width: auto; }
  .namen { table-layout: auto; } .namen th:first-child { width: auto; } .vast { white-space: normal; }
  thead th { font-size: .75rem; }
  .raster table { min-width: 0; } .raster td { min-width: 2.4rem; }
  .raster tbody th { white-space: normal; min-width: 6.5rem; font-size: .85rem; } .raster thead th { font-size: .7rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; }
}
@media print {
  @page { size: A4; margin: 14mm 13mm 16mm; }
  html { font-size: 9.5pt; }
  body { line-height: 1.35; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding: 0; }
  .sla-over { display: none; }
  h2 { margin-top: 0; } h2, h3, h4, caption { break-after: avoid; }
  .school, .uitleg { break-before: page; }
  tr, .niveau, .tellers, dl { break-inside: avoid; } thead { display: table-header-group; }
  tfoot { display: table-row-group; } .heel { break-inside: avoid; } p.klein { break-after: avoid; }
  .schuif { overflow: visible; }
  .raster table { min-width: 0; font-size: 8.5pt; } .raster td { min-width: 0; }
  .besluit { display: table-cell; width: 26%; } .namen th:first-child { width: 24%; }
  a { color: inherit; text-decoration: none; }
}
"""
"""Everything the page looks like; its checksum stands in the policy of the page."""
