"""What all pages of ours look like: readable on a screen, a telephone and A4 paper."""

from __future__ import annotations

BASE_CSS = """
:root { --inkt: #1a2028; --grijs: #4b5663; --lijn: #c5cdd6; --vlak: #f4f6f8; --link: #0b4f8a; }
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
.let-op { border-left: 4px solid var(--grijs); background: var(--vlak); margin: 1rem 0;
  padding: .5rem .8rem .5rem 1.8rem; font-size: .95rem; }
.tellers { list-style: none; display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin: 1rem 0; padding: 0; }
.tellers li { border: 1px solid var(--lijn); border-left-width: 6px; border-radius: .3rem; padding: .5rem .75rem; }
.tellers b { display: block; font-size: 1.7rem; line-height: 1.2; }
.teken { font-weight: 700; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--lijn); }
thead th { font-size: .85rem; color: var(--grijs); border-bottom: 2px solid var(--inkt); vertical-align: bottom; }
tbody th { font-weight: 600; }
.getal { text-align: right; font-variant-numeric: tabular-nums; padding-right: 1rem; }
.vast { white-space: nowrap; }
.schuif { position: relative; overflow-x: auto; margin: .3rem 0 1rem; } .schuif tbody th { min-width: 6rem; }
.naam { overflow-wrap: anywhere; }
.sleutel { display: block; font-weight: 400; font-size: .85rem; color: var(--grijs); overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; max-width: 46rem; }
dt { font-weight: 600; } dd { margin: 0; }
footer { margin-top: 3rem; padding-bottom: 2rem; border-top: 1px solid var(--lijn); }
.alleen-voorlezen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 44rem) {
  header, main, footer { padding-left: .9rem; padding-right: .9rem; }
  h1 { font-size: 1.4rem; } .kern { font-size: 1.15rem; }
  .tellers { grid-template-columns: 1fr 1fr; gap: .5rem; }
  .tellers b { font-size: 1.4rem; }
  th, td { padding-right: .4rem; }
  .getal { padding-right: .4rem; }
  thead th { font-size: .75rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; }
}
@media print {
  @page { size: A4; margin: 14mm 13mm 16mm; }
  html { font-size: 9.5pt; }
  body { line-height: 1.35; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding: 0; }
  .sla-over { display: none; }
  h2 { margin-top: 0; } h2, h3, h4, caption { break-after: avoid; }
  tr, .tellers, dl { break-inside: avoid; } thead { display: table-header-group; }
  p.klein { break-after: avoid; }
  a { color: inherit; text-decoration: none; }
  .schuif { overflow: visible; }
}
"""
"""What a page has that this project makes; a page adds its own rules behind it."""
