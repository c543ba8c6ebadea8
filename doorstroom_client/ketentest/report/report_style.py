"""The looks of a report, beside what all pages have. What a colour says is also said by a mark and by a word."""

from __future__ import annotations

from doorstroom_client.output.base_style import BASE_CSS

_OWN = """
:root { --slecht: #8f2d00; --slecht-vlak: #fdeade; --open: #573a86; --open-vlak: #efe9f8;
  --let: #23527c; --let-vlak: #e4eef7; --goed: #17603a; --goed-vlak: #e6f3ea; }
.oordeel { font-weight: 600; white-space: nowrap; }
.slecht { color: var(--slecht); } .open { color: var(--open); } .let { color: var(--let); } .goed { color: var(--goed); }
.rest { color: var(--grijs); }
.tellers .slecht { border-left-color: var(--slecht); background: var(--slecht-vlak); }
.tellers .open { border-left-color: var(--open); background: var(--open-vlak); }
.tellers .let { border-left-color: var(--let); background: var(--let-vlak); }
.tellers .goed { border-left-color: var(--goed); background: var(--goed-vlak); }
.tellers .rest { border-left-color: var(--grijs); border-left-style: double; }
.feiten dd, .feiten dt, h1, h3, h4, p, td, tbody th, main li, summary, .stap { overflow-wrap: anywhere; }
.tellers li { overflow-wrap: normal; }
.feiten { grid-template-columns: fit-content(18rem) minmax(0, 1fr); }
.beurten { margin: .3rem 0 1rem; padding-left: 1.2rem; }
.beurten li { margin: .5rem 0; }
.erbij { display: block; color: var(--grijs); font-size: .9rem; }
.scenarios { table-layout: fixed; }
.scenarios .id { width: 7rem; } .scenarios .vonnis { width: 13rem; }
.blok { margin: 1.4rem 0; padding: .2rem 0 0 .9rem; border-left: 4px solid var(--lijn); }
.blok h4 { margin: 0 0 .2rem; }
.blok h4 .oordeel { float: right; margin-left: 1rem; }
.blok p { margin: .2rem 0; }
.keuringen { list-style: none; margin: .4rem 0; padding: 0; }
.keuringen li { padding: .3rem 0; border-top: 1px solid var(--lijn); }
details { margin: .4rem 0; }
summary { cursor: pointer; color: var(--link); }
summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.stap { margin: .5rem 0 .8rem; }
.stap b { font-weight: 600; }
.bericht { margin: .4rem 0; padding: .4rem .6rem; background: var(--vlak); font-size: .9rem; }
code { font: .85em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace; overflow-wrap: anywhere; }
.inhoud { display: block; margin: .2rem 0; padding: .4rem .5rem; border: 1px solid var(--lijn); background: #fff; }
.kenmerk { display: block; font-size: .75rem; }
.opruimen { table-layout: fixed; }
.opruimen .kort { width: 5.2rem; } .opruimen .wie { width: 22%; } .opruimen .staat { width: 6.5rem; }
.handtekening { table-layout: fixed; }
.handtekening th, .handtekening td { border: 1px solid var(--grijs); padding-left: .4rem; overflow-wrap: normal; }
.handtekening tbody th { height: 4rem; vertical-align: middle; }
.handtekening .partij { width: 17%; } .handtekening .datum { width: 15%; } .handtekening .inkt { width: 27%; }
@media (max-width: 44rem) {
  .feiten { grid-template-columns: minmax(0, 1fr); }
  .scenarios tbody { font-size: .9rem; } .scenarios .id { width: 4.4rem; } .scenarios .vonnis { width: 7.9rem; }
  .oordeel { white-space: normal; } .blok h4 .oordeel { float: none; display: block; margin: 0; }
  .blok { padding-left: .6rem; }
  .opruimen td { font-size: .9rem; }
  .opruimen .kort { width: 3.6rem; } .opruimen .wie { width: 27%; } .opruimen .staat { width: 4.6rem; }
  .handtekening th { padding-left: .2rem; font-size: .66rem; }
  .handtekening .datum { width: 13%; } .handtekening .inkt { width: 24%; }
}
@media print {
  section { break-inside: auto; }
  .keuringen li, .beurten li, .ondertekening { break-inside: avoid; }
  .blok > h4, .blok > p { break-after: avoid; }
  details { display: none; }
  .nieuw { break-before: page; } dl, p { max-width: none; }
}
"""
CSS = f"{BASE_CSS}{_OWN}"
"""Everything the page looks like; its checksum stands in the policy of the page."""
