"""The looks of the pages about the season, beside what all pages have. What a colour says is also said in words."""

from __future__ import annotations

from doorstroom_client.output.base_style import BASE_CSS

_OWN = """
:root { --mist: #8f2d00; --mist-vlak: #fdeade; --ok: #17603a; }
.tellers .mist { border-left-color: var(--mist); background: var(--mist-vlak); }
.tellers .goed { border-left-color: var(--ok); }
.dringend { color: var(--mist); font-weight: 600; }
.punten { padding-left: 1.2rem; max-width: 46rem; } .punten li { margin: .3rem 0; }
.vakje { display: inline-block; width: 1.1rem; height: 1.1rem; border: 1.5px solid var(--inkt); border-radius: .15rem;
  vertical-align: -.2rem; margin-right: .4rem; }
.afvinken { white-space: nowrap; min-width: 5.5rem; }
.regel { display: inline-block; min-width: 12rem; border-bottom: 1px solid var(--inkt); }
@media (max-width: 44rem) { .lijst table { min-width: 38rem; } }
@media print {
  .school { break-before: page; } .afvinken { min-width: 4.5rem; } .lijst table { min-width: 0; } li { break-inside: avoid; }
}
"""
CSS = f"{BASE_CSS}{_OWN}"
"""Everything these pages look like; its checksum stands in their policy."""
