"""What a run came to, for both parties: a page to read and sign, JSON to compare, XML for a build server; no traffic."""

from doorstroom_client.ketentest.report.as_json import SCHEMA as SCHEMA
from doorstroom_client.ketentest.report.as_json import as_json as as_json
from doorstroom_client.ketentest.report.junit import as_junit as as_junit
from doorstroom_client.ketentest.report.making import make_rapport as make_rapport
from doorstroom_client.ketentest.report.report_files import write_reports as write_reports
from doorstroom_client.ketentest.report.report_page import as_page as as_page
from doorstroom_client.ketentest.report.verslag import Rapport as Rapport
from doorstroom_client.ketentest.report.wording import summary as summary

__all__ = ["SCHEMA", "Rapport", "as_json", "as_junit", "as_page", "make_rapport", "summary", "write_reports"]
