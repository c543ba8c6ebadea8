"""The tables of the embedded store, as they were added over time."""

from __future__ import annotations

MIGRATIONS = (
    """
    CREATE TABLE leerlingresultaat (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        edu_to TEXT NOT NULL,
        edu_from TEXT NOT NULL,
        sender_oin TEXT NOT NULL,
        schooljaar TEXT NOT NULL,
        pupil TEXT NOT NULL,
        toets TEXT NOT NULL,
        datumtijd TEXT,
        received_at TEXT NOT NULL,
        ordered_at TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        payload BLOB NOT NULL,
        current INTEGER NOT NULL,
        processed_at TEXT,
        seen INTEGER NOT NULL DEFAULT 1,
        UNIQUE (edu_to, sender_oin, sha256)
    ) STRICT;
    CREATE INDEX of_pupil ON leerlingresultaat (edu_to, pupil, toets, schooljaar);
    CREATE INDEX to_process ON leerlingresultaat (id) WHERE current = 1 AND processed_at IS NULL;
    """,
    """
    CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY,
        soort TEXT NOT NULL,
        leverancier TEXT NOT NULL,
        schooljaar TEXT NOT NULL,
        routeringskenmerk TEXT NOT NULL,
        eck TEXT NOT NULL,
        las TEXT NOT NULL,
        content TEXT NOT NULL,
        accepted_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX of_book ON ledger (leverancier, soort, routeringskenmerk, schooljaar);
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id TEXT NOT NULL UNIQUE,
        soort TEXT NOT NULL,
        leverancier TEXT NOT NULL,
        schooljaar TEXT NOT NULL,
        routeringskenmerk TEXT NOT NULL,
        school_oin TEXT NOT NULL,
        aantal INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        body BLOB,
        entries TEXT,
        state TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        attempts INTEGER NOT NULL DEFAULT 0,
        onbekend INTEGER NOT NULL DEFAULT 0,
        added_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        next_at TEXT NOT NULL,
        scheduled_at TEXT NOT NULL,
        ended_at TEXT,
        sent_at TEXT,
        lease_owner TEXT,
        lease_from TEXT,
        lease_until TEXT
    ) STRICT;
    CREATE INDEX open_of_key ON outbox (routeringskenmerk, leverancier, soort, id) WHERE state IN ('waiting', 'held');
    CREATE INDEX open_by_time ON outbox (next_at, id) WHERE state IN ('waiting', 'held');
    CREATE TABLE rapport (
        resultaat INTEGER PRIMARY KEY REFERENCES leerlingresultaat (id) ON DELETE CASCADE,
        state TEXT NOT NULL,
        next_at TEXT,
        attempts INTEGER NOT NULL
    ) STRICT;
    """,
)
"""Numbered by position; a released one is never changed."""
