"""Writes a report into the folder of its run: a page for people, JSON for the other party, XML for a build server."""

from __future__ import annotations

import hashlib
from pathlib import Path

from doorstroom_client.ketentest.report.as_json import as_json
from doorstroom_client.ketentest.report.junit import as_junit
from doorstroom_client.ketentest.report.report_page import as_page
from doorstroom_client.ketentest.report.verslag import Rapport
from doorstroom_client.output.files import write_whole

JSON_FILE, JUNIT_FILE, PAGE_FILE = "rapport.json", "rapport.xml", "rapport.html"
"""The names of the files."""


def write_reports(folder: Path, rapport: Rapport) -> tuple[Path, Path, Path]:
    """Write all three, each whole or not at all, for the owner only.

    Args:
        folder: where; it has to be there.
        rapport: the run.

    Returns:
        The page, the JSON and the XML.

    Raises:
        StoreError: one could not be written; what was there of it is untouched.
    """
    document = as_json(rapport)
    page = as_page(rapport, hashlib.sha256(document).hexdigest())
    # The page last: it names the checksum of the JSON, so that has to be there.
    for name, content in ((JSON_FILE, document), (JUNIT_FILE, as_junit(rapport)), (PAGE_FILE, page)):
        write_whole(folder / name, content)
    return folder / PAGE_FILE, folder / JSON_FILE, folder / JUNIT_FILE
