"""The looks of the overview, beside what all pages have, and without telling colours apart.

What a colour says is also said by a mark (▲ ? ○ =), by words and by how dark it is.
"""

from __future__ import annotations

from doorstroom_client.output.base_style import BASE_CSS

_OWN = """
:root {
  --hoog: #8f2d00; --hoog-vlak: #fdeade; --zelf: #573a86; --zelf-vlak: #efe9f8;
  --open: #4b5663; --open-vlak: #fff; --blijft: #23527c; --blijft-vlak: #e4eef7;
}
.kern b { color: var(--hoog); font-size: 1.35em; }
.tellers .hoog { border-left-color: var(--hoog); background: var(--hoog-vlak); }
.tellers .zelf { border-left-color: var(--zelf); background: var(--zelf-vlak); }
.tellers .open { border-left-color: var(--open); border-left-style: double; }
.tellers .blijft { border-left-color: var(--blijft); background: var(--blijft-vlak); }
.hoog .teken { color: var(--hoog); } .zelf .teken { color: var(--zelf); }
.open .teken { color: var(--open); } .blijft .teken { color: var(--blijft); }
tfoot th, tfoot td { font-weight: 700; border-bottom: 0; }
.staaf { min-width: 7rem; width: 22%; }
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
.f-hoog { fill: #8f2d00; } .f-zelf { fill: url(#streep); } .f-open { fill: #fff; } .f-blijft { fill: #9cc3e6; }
.f-streef { fill: #23527c; } .f-f1 { fill: #9cc3e6; } .f-onder { fill: url(#streep); }
.rand { fill: none; stroke: #1a2028; stroke-width: 1; vector-effect: non-scaling-stroke; }
.deel { stroke: #1a2028; stroke-width: 1; vector-effect: non-scaling-stroke; }
.ambitie { stroke: #1a2028; stroke-width: 3; vector-effect: non-scaling-stroke; }
.ambitie-wit { stroke: #fff; stroke-width: 7; vector-effect: non-scaling-stroke; }
.verborgen { position: absolute; width: 0; height: 0; overflow: hidden; }
@media (max-width: 44rem) {
  thead .teken { font-size: 1.1rem; }
  thead .lang { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .staaf { display: none; } .wie { width: auto; }
  .namen { table-layout: auto; } .namen th:first-child { width: auto; } .vast { white-space: normal; }
  .raster table { min-width: 0; } .raster td { min-width: 2.4rem; }
  .raster tbody th { white-space: normal; min-width: 6.5rem; font-size: .85rem; } .raster thead th { font-size: .7rem; }
}
@media print {
  .school, .uitleg { break-before: page; }
  .niveau { break-inside: avoid; }
  tfoot { display: table-row-group; } .heel { break-inside: avoid; }
  .raster table { min-width: 0; font-size: 8.5pt; } .raster td { min-width: 0; }
  .besluit { display: table-cell; width: 26%; } .namen th:first-child { width: 24%; }
}
"""
CSS = f"{BASE_CSS}{_OWN}"
"""Everything the page looks like; its checksum stands in the policy of the page."""
