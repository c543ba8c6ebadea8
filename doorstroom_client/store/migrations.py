"""The tables of a store, as they were added over time."""

from __future__ import annotations

from collections.abc import Mapping

SQLITE = {
    "number": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "row": "INTEGER PRIMARY KEY",
    "link": "INTEGER",
    "text": "TEXT",
    "bytes": "BLOB",
    "strict": " STRICT",
}
"""How SQLite says it."""
POSTGRES = {
    "number": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "row": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "text": 'TEXT COLLATE "C"',  # sorts by byte, as moments need
    "link": "BIGINT",
    "bytes": "BYTEA",
    "strict": "",
}
"""How PostgreSQL says it."""

_MIGRATIONS = (
    """
    CREATE TABLE leerlingresultaat (
        id {number},
        edu_to {text} NOT NULL,
        edu_from {text} NOT NULL,
        sender_oin {text} NOT NULL,
        schooljaar {text} NOT NULL,
        pupil {text} NOT NULL,
        toets {text} NOT NULL,
        datumtijd {text},
        received_at {text} NOT NULL,
        ordered_at {text} NOT NULL,
        sha256 {text} NOT NULL,
        payload {bytes} NOT NULL,
        current INTEGER NOT NULL,
        processed_at {text},
        seen INTEGER NOT NULL DEFAULT 1,
        UNIQUE (edu_to, sender_oin, sha256)
    ){strict};
    CREATE INDEX of_pupil ON leerlingresultaat (edu_to, pupil, toets, schooljaar);
    CREATE INDEX to_process ON leerlingresultaat (id) WHERE current = 1 AND processed_at IS NULL;
    """,
    """
    CREATE TABLE secret (name {text} PRIMARY KEY, value {bytes} NOT NULL){strict};
    CREATE TABLE ledger (
        id {row},
        soort {text} NOT NULL,
        leverancier {text} NOT NULL,
        schooljaar {text} NOT NULL,
        routeringskenmerk {text} NOT NULL,
        eck {text} NOT NULL,
        las {text} NOT NULL,
        content {text} NOT NULL,
        accepted_at {text} NOT NULL
    ){strict};
    CREATE INDEX of_book ON ledger (leverancier, soort, routeringskenmerk, schooljaar);
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
        lease_from {text},
        lease_until {text}
    ){strict};
    CREATE INDEX open_of_key ON outbox (routeringskenmerk, leverancier, soort, id) WHERE state IN ('waiting', 'held');
    CREATE INDEX open_by_time ON outbox (next_at, id) WHERE state IN ('waiting', 'held');
    CREATE TABLE rapport (
        resultaat {link} PRIMARY KEY REFERENCES leerlingresultaat (id) ON DELETE CASCADE,
        state {text} NOT NULL,
        next_at {text},
        attempts INTEGER NOT NULL
    ){strict};
    """,
    """
    ALTER TABLE leerlingresultaat ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE leerlingresultaat ADD COLUMN reason {text} NOT NULL DEFAULT '';
    ALTER TABLE leerlingresultaat ADD COLUMN due_at {text};
    ALTER TABLE leerlingresultaat ADD COLUMN lease_owner {text};
    ALTER TABLE leerlingresultaat ADD COLUMN lease_from {text};
    ALTER TABLE leerlingresultaat ADD COLUMN lease_until {text};
    CREATE INDEX of_pupil_to_process ON leerlingresultaat (edu_to, pupil, id) WHERE current = 1 AND processed_at IS NULL;
    CREATE INDEX in_hand ON leerlingresultaat (edu_to, pupil) WHERE lease_owner IS NOT NULL;
    CREATE INDEX processed ON leerlingresultaat (processed_at) WHERE processed_at IS NOT NULL;
    CREATE INDEX ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;
    CREATE INDEX parked_of_key ON outbox (routeringskenmerk, leverancier, soort, id) WHERE state = 'parked';
    CREATE INDEX accepted ON ledger (accepted_at);
    CREATE TABLE opgeruimd (
        id {number},
        at {text} NOT NULL,
        until {text} NOT NULL,
        resultaten INTEGER NOT NULL,
        berichten INTEGER NOT NULL,
        merken INTEGER NOT NULL,
        gewist INTEGER NOT NULL
    ){strict};
    """,
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
        PRIMARY KEY (school, leverancier, namespace, peildatum)
    ){strict};
    CREATE INDEX mandaat_gezien ON mandaat (gezien_op);
    """,
)
"""Numbered by position; a released one is never changed."""


def migrations(words: Mapping[str, str]) -> list[list[str]]:
    """The statements of each migration, for one kind of database."""
    return [[each.format(**words) for each in step.split(";") if each.strip()] for step in _MIGRATIONS]
