"""The table of settings, that of next year's version string among them; reader, variables, help and docs are made of it."""

from __future__ import annotations

from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.receiving.proxy_forms import FORMS

PREFIX = "DOORSTROOM_"
"""Environment variables of this library start with it."""


@frozen
class Setting:
    """One setting.

    Attributes:
        name: as in the file, with its section (``osr.namespace``). A section with ``[]`` may stand there several times.
        help: meaning, format and unit.
        required: whether its section cannot do without it.
        kind: ``text``, ``number``, ``flag``, ``day``, ``path``, ``paths``, ``texts`` or ``place``: a path or an address.
        secret: whether it may come from a file named by ``..._FILE`` and is never shown.
        section: the section it stands in; empty at the top.
        key: its name within the section.
        variable: its environment variable; None inside a section that may stand there several times.
    """

    name: str
    help: str
    required: bool = False
    kind: str = "text"
    secret: bool = False
    section: str = field(init=False)
    key: str = field(init=False)
    variable: str | None = field(init=False)

    def __post_init__(self) -> None:
        section, _, key = self.name.rpartition(".")
        object.__setattr__(self, "section", section)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "variable", None if "[]" in section else PREFIX + self.name.replace(".", "_").upper())

    @property
    def from_file(self) -> bool:
        """Whether its value may come from a file named by ``..._FILE``: it is a secret, or there may be one in it."""
        return self.secret or self.kind == "place"


SETTINGS: tuple[Setting, ...] = (
    Setting("auteur", "name and version of the LAS, written in every message", required=True),
    Setting("las_naam", 'how schools call this LAS, for the texts in Dutch (default: the name in auteur, as in "MijnLAS 4.2")'),
    Setting("afspraak", 'agreement version to write: "1.0", "1.1" or one registered under [[afspraken]] (default "1.1")'),
    Setting("schooljaar", 'school year of the messages, "2025-2026" (default: the current one)'),
    Setting(
        "store",
        "where results, messages and what was accepted are kept: an SQLite file, or the address of a PostgreSQL database "
        '("postgresql://…"); an address may come from a file named by DOORSTROOM_STORE_FILE, and its password is never shown',
        kind="place",
    ),
    Setting(
        "retention.days",
        "days that a processed result, or a message that ended, stays in the store before it is purged (default 30)",
        kind="number",
    ),
    Setting(
        "retention.marks_days",
        "days that the marks of what a supplier accepted stay in the store before they are purged (default 400)",
        kind="number",
    ),
    Setting("test_identities", "accept ECK-iDs in any form; for test environments only", kind="flag"),
    Setting("las_key_reden", "why LAS-keys may look like a BSN, when yours are plain 9-digit numbers"),
    Setting(
        "certificate.cert",
        "file: client certificate with its intermediates; PEM, DER, .p12, .pfx or .p7b",
        required=True,
        kind="path",
    ),
    Setting("certificate.key", "file: private key, in PEM or DER (default: in cert)", kind="path"),
    Setting("certificate.trust", "file or files, in PEM or DER: the roots that are trusted", required=True, kind="paths"),
    Setting(
        "certificate.crls",
        "file or files, in PEM or DER: revocation lists, kept fresh by you (default: revocation is not checked)",
        kind="paths",
    ),
    Setting("certificate.password", "passphrase of the private key, or of the PKCS#12 file", secret=True),
    Setting("osr.base_url", "https address of the OSR, version prefix included", required=True),
    Setting(
        "osr.namespace",
        "namespace of this school year's service version, exactly as the OSR lists it (required, unless [[schooljaren]] has it "
        "per year)",
    ),
    Setting("osr.api_key", "API key of the OSR, beside osr.api_key_header; needed to look up one's own mandates", secret=True),
    Setting("osr.api_key_header", "name of the header that carries osr.api_key; neither goes without the other"),
    Setting("osr.service_code", 'code of the service in the OSR (default "DOORSTROOM")'),
    Setting("osr.oin", "OIN that the certificate of the OSR must carry (default: not checked)"),
    Setting("osr.version", 'version of its interface: "v2" or "v3" (default: as osr.base_url ends, else "v2")'),
    Setting("osr.names", 'how names are sent: "snake" or "camel" (default "snake"); in answers both are understood'),
    Setting(
        "osr.renamed",
        'names that are sent otherwise: "routing_id=routingId", or for one path "service-versions.service_code=code"',
        kind="texts",
    ),
    Setting(
        "osr.api_key_always", "send the API key with every question (default false: only where it is asked for)", kind="flag"
    ),
    Setting(
        "osr.environment",
        'which OSR it is: "productie", "kwalificatie" or "sandbox" (default "productie"); texts for a school say so',
    ),
    Setting(
        "osr.per_second",
        "calls that a check of many schools may start in a second, retries included (default 20)",
        kind="number",
    ),
    Setting(
        "osr.suspect_from",
        "when at least so many schools, and most of those that had a mandate, have none any more within a day, the OSR itself "
        "is told to be suspect and they count as before for that day (default 5; 0 for never)",
        kind="number",
    ),
    Setting("leveranciers[].toetssoort", "which test: ROUTE_8, ICE, DIA, AMN, LEERLING_IN_BEELD, DOE, …", required=True),
    Setting("leveranciers[].oin", "OIN of the supplier; its certificate must carry it", required=True),
    Setting("leveranciers[].base_url", "https address of the supplier, path prefix included", required=True),
    Setting("leveranciers[].naam", "name of the supplier (default: the name of the test)"),
    Setting(
        "leveranciers[].bij_onbekende",
        'when it refuses a list of advice with 404: "splits" sends the list in parts, "reports" stops at once, "never" takes '
        'it for a wrong address (default "splits")',
    ),
    Setting(
        "leveranciers[].onbekend_422",
        "whether it refuses a list for an unknown pupil with 422 as well (default false)",
        kind="flag",
    ),
    Setting(
        "leveranciers[].herhaal_na",
        "days after which advice goes out once more while it is not known whether it knows the pupil, four times at most; 0 is "
        "never (default 7)",
        kind="number",
    ),
    Setting("scholen[].instellingscode", "BRIN: 2 digits, 2 capital letters", required=True),
    Setting("scholen[].vestigingscode", "2 digits, as text", required=True),
    Setting("scholen[].onderwijsaanbiedercode", "RIO: 3 digits, A, 3 digits", required=True),
    Setting("scholen[].onderwijslocatiecode", "RIO: 3 digits, X, 3 digits", required=True),
    Setting("scholen[].administratienr", "2 digits, as text", required=True),
    Setting("scholen[].routeringskenmerk", "address of the administration in the OSR, 20 positions", required=True),
    Setting("scholen[].naam", "name of the school, for texts only"),
    Setting("scholen[].oin", "School OIN (default: derived from the BRIN)"),
    Setting("afspraken[].naam", "name to use in afspraak", required=True),
    Setting("afspraken[].versie", "version string, exactly as in the specification of that year", required=True),
    Setting("afspraken[].eerste_schooljaar", 'first school year, "2026-2027"', required=True),
    Setting("afspraken[].laatste_schooljaar", "last school year (default: open)"),
    Setting("afspraken[].geslacht", "whether geslacht is still sent (default false)", kind="flag"),
    Setting("afspraken[].basis", 'version it follows (default "1.1")'),
    Setting("afspraken[].schooladviezen", "the advice values, when they change", kind="texts"),
    Setting("afspraken[].toetssoorten", "the tests, when they change", kind="texts"),
    Setting("afspraken[].profiel_deelnemers", 'profile of a list of participants (default "Toetsdeelnemers")'),
    Setting("afspraken[].profiel_schooladviezen", 'profile of a list of advice (default "Schooladviezen")'),
    Setting("afspraken[].profiel_resultaat", 'profile of a result (default "Leerlingtoetsresultaat")'),
    Setting("edexml.jaargroepen", 'levels that take part: "7", "8" or both (default: 8)', kind="texts"),
    Setting(
        "edexml.jaargroep_voor_s",
        'level of the pupils in jaargroep S (SO, SBO), which EDEXML does not tell: "7" or "8" (default: each such pupil is '
        "told as a problem)",
    ),
    Setting(
        "edexml.sleutel_is_las_key", "whether the keys in the file are the LAS-keys in the chain (default true)", kind="flag"
    ),
    Setting(
        "edexml.roepnaam_uit_voornamen",
        "take the first of the voornamen where the roepnaam is missing (default false)",
        kind="flag",
    ),
    Setting("edexml.voorletters_uit_voornamen", "make missing voorletters from the voornamen (default false)", kind="flag"),
    Setting("schooljaren[].schooljaar", 'school year, "2026-2027"', required=True),
    Setting("schooljaren[].namespace", "its namespace in the OSR, in place of osr.namespace", required=True),
    Setting("schooljaren[].afspraak", "its agreement version, in place of afspraak", required=True),
    Setting("schooljaren[].since", "first day on which both are in force, 2026-09-15 (default: 1 August)", kind="day"),
    Setting(
        "schooljaren[].until",
        "last day (default: the day before the next school year begins here; 31 July for the last one)",
        kind="day",
    ),
    Setting("testperiodes[].naam", 'what the parties call it, such as "adviezen"', required=True),
    Setting("testperiodes[].van", "first day, 2026-12-07", required=True, kind="day"),
    Setting("testperiodes[].tot", "last day, itself included", required=True, kind="day"),
    Setting(
        "testperiodes[].met",
        "suppliers to test with one to one, by toetssoort, name or OIN (default: every configured one)",
        kind="texts",
    ),
    Setting("timeouts.connect", "seconds for one connection (default 10)", kind="number"),
    Setting("timeouts.post", "seconds for sending a list, retries included (default 30)", kind="number"),
    Setting("timeouts.osr", "seconds for a question to the OSR (default 15)", kind="number"),
    Setting("timeouts.rapport", "seconds for a report (default 120)", kind="number"),
    Setting("retry.attempts", "attempts within one call (default 3)", kind="number"),
    Setting("retry.longest_wait", "longest pause in seconds that a peer may ask for within a call (default 20)", kind="number"),
    Setting("serve.host", 'address that "doorstroom serve" listens on (default "127.0.0.1")'),
    Setting("serve.port", 'port that "doorstroom serve" listens on (default 8443)', kind="number"),
    Setting(
        "serve.certificate",
        'file: the certificate that "doorstroom serve" shows, with its intermediates, when that is not the one for '
        "calling others (default: certificate.cert)",
        kind="path",
    ),
    Setting("serve.key", "file: its private key (default: in serve.certificate)", kind="path"),
    Setting("serve.password", "passphrase of that private key, or of the PKCS#12 file", secret=True),
    Setting(
        "serve.proxy_trusted",
        'addresses or networks of the proxy that ends TLS in front of "doorstroom serve"; it must replace the header in every '
        "request (default: none, TLS ends here)",
        kind="texts",
    ),
    Setting(
        "serve.proxy_header", "header in which the proxy hands on the client certificate (default: the usual one of the format)"
    ),
    Setting(
        "serve.proxy_format",
        f"how it is written there: {', '.join(FORMS)} (default rfc9440)",
    ),
    Setting("serve.proxy_intermediates", "PEM file or files: intermediates, when the proxy hands on none", kind="paths"),
)
"""Every setting there is."""
