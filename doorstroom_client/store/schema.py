"""The tables of a store, for both databases from one text, and the stamp by which a store of another version is refused."""

from __future__ import annotations

from collections.abc import Mapping

from doorstroom_client.errors import StoreError

STAMP = 8
"""Stands in every store. A change of what is below gets the next number: there is no way from one to another."""
SQLITE_ID = 0x44535443
"""Stands in every SQLite file that is a store."""
SQLITE = {
    "number": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "link": "INTEGER",
    "real": "REAL",
    "text": "TEXT",
    "bytes": "BLOB",
    "strict": " STRICT",
}
"""How SQLite says it."""
POSTGRES = {
    "number": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "text": 'TEXT COLLATE "C"',  # sorts by byte, as moments need
    "link": "BIGINT",
    "real": "DOUBLE PRECISION",
    "bytes": "BYTEA",
    "strict": "",
}
"""How PostgreSQL says it."""

_INBOX = (
    """
    CREATE TABLE leerlingresultaat (
        id {number},
        edu_to {text} NOT NULL,
        edu_from {text} NOT NULL,
        sender_oin {text} NOT NULL,
        schooljaar {text} NOT NULL,
        pupil {text} NOT NULL,
        las {text} NOT NULL,
        alone INTEGER NOT NULL,
        about {text} NOT NULL,
        toets {text} NOT NULL,
        datumtijd {text},
        received_at {text} NOT NULL,
        ordered_at {text} NOT NULL,
        sha256 {text} NOT NULL,
        payload {bytes} NOT NULL,
        current INTEGER NOT NULL,
        processed_at {text},
        seen INTEGER NOT NULL DEFAULT 1,
        tries INTEGER NOT NULL DEFAULT 0,
        reason {text} NOT NULL DEFAULT '',
        due_at {text},
        lease_owner {text},
        lease_boot {text},
        lease_until {real},
        UNIQUE (edu_to, sender_oin, sha256)
    ){strict}
    """,  # las: the mark of the LAS-key, alone: without an ECK-iD; about: the mark of the pupil. The unique key finds a resend
    # All deliveries of a pupil: which of them is the current one, the history, what goes together in a purge.
    "CREATE INDEX of_pupil ON leerlingresultaat (edu_to, about, toets, schooljaar, sender_oin)",
    # Whose LAS-key is this, and what came under it?
    "CREATE INDEX of_las_key ON leerlingresultaat (edu_to, las, alone, sender_oin, id) WHERE las <> ''",
    # What is to be processed, oldest first: `pending` and `claim`.
    "CREATE INDEX to_process ON leerlingresultaat (id) WHERE current = 1 AND processed_at IS NULL",
    # There: has this pupil an older one?
    "CREATE INDEX of_pupil_to_process ON leerlingresultaat (edu_to, about, id) WHERE current = 1 AND processed_at IS NULL",
    # There: has anybody one of this pupil in hand?
    "CREATE INDEX in_hand ON leerlingresultaat (edu_to, about) WHERE lease_owner IS NOT NULL",
    # What was processed long enough ago to be purged.
    "CREATE INDEX processed ON leerlingresultaat (processed_at) WHERE processed_at IS NOT NULL",
)
_REPORTS = (
    """
    CREATE TABLE rapport (
        resultaat {link} PRIMARY KEY REFERENCES leerlingresultaat (id) ON DELETE CASCADE,
        state {text} NOT NULL,
        next_at {text},
        attempts INTEGER NOT NULL
    ){strict}
    """,
)
_OUTBOX = (
    """
    CREATE TABLE outbox (
        id {number},
        message_id {text} NOT NULL UNIQUE,
        soort {text} NOT NULL,
        leverancier {text} NOT NULL,
        schooljaar {text} NOT NULL,
        routeringskenmerk {text} NOT NULL,
        school_oin {text} NOT NULL,
        aantal INTEGER NOT NULL,
        sha256 {text} NOT NULL,
        body {bytes},
        entries {text},
        state {text} NOT NULL,
        first INTEGER NOT NULL,
        reason {text} NOT NULL DEFAULT '',
        attempts INTEGER NOT NULL DEFAULT 0,
        onbekend INTEGER NOT NULL DEFAULT 0,
        added_at {text} NOT NULL,
        expires_at {text} NOT NULL,
        next_at {text} NOT NULL,
        scheduled_at {text} NOT NULL,
        ended_at {text},
        sent_at {text},
        lease_owner {text},
        lease_boot {text},
        lease_until {real}
    ){strict}
    """,  # first: no older message of the same key is open, so that whose turn it is need not be searched for
    # The open messages of a key: is there an older one, what do they say, may a list be sent past them?
    "CREATE INDEX open_of_key ON outbox (routeringskenmerk, leverancier, soort, id) WHERE state IN ('waiting', 'held')",
    # Whose turn it is, and who comes next: `claim` and `next_at`; of suppliers to leave alone without looking at the message.
    "CREATE INDEX turn ON outbox (next_at, id, leverancier, expires_at) WHERE first = 1 AND lease_owner IS NULL",
    "CREATE INDEX set_back ON outbox (scheduled_at, id) WHERE first = 1 AND lease_owner IS NULL",
    # Whose time ran out.
    "CREATE INDEX late ON outbox (expires_at, id) WHERE ended_at IS NULL AND lease_owner IS NULL",
    # What workers have in hand.
    "CREATE INDEX sending ON outbox (lease_until) WHERE lease_owner IS NOT NULL",
    # How many there are of each state, without reading the messages.
    "CREATE INDEX of_state ON outbox (state)",
    # What is parked of a key: `overtake`; in a purge, what ran out of time and what has to stay for a parked one.
    "CREATE INDEX parked_of_key ON outbox (routeringskenmerk, leverancier, soort, id) WHERE state = 'parked'",
    # What ended long enough ago to be purged.
    "CREATE INDEX ended ON outbox (ended_at) WHERE ended_at IS NOT NULL",
)
_LEDGER = (
    "CREATE TABLE secret (name {text} PRIMARY KEY, value {bytes} NOT NULL){strict}",
    """
    CREATE TABLE ledger (
        id {number},
        soort {text} NOT NULL,
        leverancier {text} NOT NULL,
        schooljaar {text} NOT NULL,
        routeringskenmerk {text} NOT NULL,
        eck {text} NOT NULL,
        las {text} NOT NULL,
        content {text} NOT NULL,
        known INTEGER NOT NULL,
        times INTEGER NOT NULL,
        accepted_at {text} NOT NULL
    ){strict}
    """,
    # The marks of one book; by its first two columns, whether a supplier ever accepted anything.
    "CREATE INDEX of_book ON ledger (leverancier, soort, routeringskenmerk, schooljaar)",
    # Whose LAS-key is this, as our own lists named it?
    "CREATE INDEX las_key_of ON ledger (routeringskenmerk, las) WHERE las <> '' AND eck <> ''",
    # Marks that are old enough to be purged.
    "CREATE INDEX accepted ON ledger (accepted_at)",
    """
    CREATE TABLE dispatch (
        token {text} PRIMARY KEY,
        routeringskenmerk {text} NOT NULL,
        leverancier {text} NOT NULL,
        soort {text} NOT NULL,
        boot {text} NOT NULL,
        clock {real} NOT NULL,
        disturbed INTEGER NOT NULL
    ){strict}
    """,  # lists that are under way at this moment: a handful of rows
)
_RETENTION = (
    """
    CREATE TABLE opgeruimd (
        id {number},
        at {text} NOT NULL,
        until {text} NOT NULL,
        resultaten INTEGER NOT NULL,
        berichten INTEGER NOT NULL,
        merken INTEGER NOT NULL,
        gewist INTEGER NOT NULL
    ){strict}
    """,
)
_MANDATES = (
    """
    CREATE TABLE mandaat (
        school {text} NOT NULL,
        leverancier {text} NOT NULL,
        namespace {text} NOT NULL,
        peildatum {text} NOT NULL,
        gemandateerd INTEGER NOT NULL,
        start_datum {text},
        eind_datum {text},
        gezien_op {text} NOT NULL,
        omgeslagen_op {text},
        PRIMARY KEY (school, leverancier, namespace, peildatum)
    ){strict}
    """,  # the key finds what is known of a school
    # Answers that are too old for any use.
    "CREATE INDEX mandaat_gezien ON mandaat (gezien_op)",
    # A yes that became a no: is the register itself suspect?
    "CREATE INDEX mandaat_omgeslagen ON mandaat (omgeslagen_op) WHERE omgeslagen_op IS NOT NULL",
)

_SEASON = (
    """
    CREATE TABLE schooltoets (
        routeringskenmerk {text} NOT NULL,
        schooljaar {text} NOT NULL,
        leverancier {text} NOT NULL,
        at {text} NOT NULL,
        PRIMARY KEY (routeringskenmerk, schooljaar, leverancier)
    ){strict}
    """,  # whose test a school takes: a handful of words per school, nothing of a pupil, and never purged
    """
    CREATE TABLE uitslagmerk (
        id {number},
        edu_to {text} NOT NULL,
        about {text} NOT NULL,
        toets {text} NOT NULL,
        schooljaar {text} NOT NULL,
        sender_oin {text} NOT NULL,
        las {text} NOT NULL,
        rapport {text} NOT NULL,
        received_at {text} NOT NULL,
        UNIQUE (edu_to, about, toets, schooljaar, sender_oin)
    ){strict}
    """,  # of a result that was processed and removed, that it came: marks only. The key finds those of a school
    # Marks that are old enough to be purged.
    "CREATE INDEX uitslag_gekomen ON uitslagmerk (received_at)",
)


def statements(words: Mapping[str, str]) -> list[str]:
    """What makes all tables and their indexes, in one kind of database."""
    return [
        each.format(**words) for part in (_INBOX, _REPORTS, _OUTBOX, _LEDGER, _RETENTION, _MANDATES, _SEASON) for each in part
    ]


def check_stamp(stamp: int, store: str) -> None:
    """Refuse a store of another version of this library.

    Args:
        stamp: what stands in it.
        store: how it is named in the error.

    Raises:
        StoreError: it is of another version; it says what to do.
    """
    if stamp > STAMP:
        raise StoreError(
            f"{store} was made by a newer version of this library; it was left alone",
            hint="Install that version or newer, or name another store",
        )
    if stamp < STAMP:
        raise StoreError(
            f"{store} was made by an earlier version of this library that was never released; it was left alone",
            hint="With that version process its results and deliver what waits in its outbox; then name a new file or database "
            "as store",
        )
