"""Files as the world writes them: each is read as it is meant, or has a problem with line, column and what to do.

How to add one: put the file in a folder here, and an entry in the table of that folder; `support.corpus.Entry` says what can
stand in it.
"""

from __future__ import annotations

from collections import Counter

import pytest
from support.corpus import CORPUS, Entry, Outcome, checked, differences, entries, files, outcome_of, told_of_content

FEWEST = 200
"""Files that are in the corpus at least; a table that is not found must not pass unseen."""
LARGEST = 20_000
ENTRIES = entries()


@pytest.mark.parametrize("entry", ENTRIES, ids=[f"{entry.name}-{entry.kind}" for entry in ENTRIES])
class TestEntry:
    def test_outcome(self, entry: Entry) -> None:
        found = outcome_of(entry, entry.path)
        assert differences(entry, found) == [], entry.what
        assert not (found.pupils and found.problems)

    def test_the_same_from_bytes(self, entry: Entry) -> None:
        if entry.kind == "scholen":  # is a path always
            return
        assert differences(entry, outcome_of(entry, entry.path.read_bytes())) == []

    def test_says_nothing_of_the_content(self, entry: Entry) -> None:
        assert told_of_content(entry, outcome_of(entry, entry.path).said) == []

    def test_a_check_finds_the_same(self, entry: Entry) -> None:
        if entry.kind == "scholen":
            return
        read = outcome_of(entry, entry.path)
        for source in (entry.path, entry.path.read_bytes()):
            found = checked(entry, source)
            assert (found.problems, found.hint) == (read.problems, read.hint)
            assert told_of_content(entry, found.said) == []
            if entry.outcome == "read":
                assert (len(found.pupils), found.notes) == (len(read.pupils), read.notes)

    def test_is_complete(self, entry: Entry) -> None:
        assert entry.writer
        assert entry.what
        assert entry.path.stat().st_size <= LARGEST
        assert (entry.outcome, bool(entry.pupils), bool(entry.problems)) in (("read", True, False), ("problem", False, True))


def test_every_file_stands_in_one_table() -> None:
    tables = {entry.name: set[str]() for entry in ENTRIES}
    for entry in ENTRIES:
        tables[entry.name].add(entry.table)
    assert sorted(tables) == files()
    assert [name for name, found in tables.items() if len(found) > 1] == []
    asked = Counter((entry.name, entry.kind, entry.sheet, str(entry.edexml)) for entry in ENTRIES)
    assert [name for name, count in asked.items() if count > 1] == []


def test_how_many_there_are() -> None:
    outcomes = Counter(entry.outcome for entry in ENTRIES)
    kinds = Counter(entry.kind for entry in ENTRIES)
    assert len(files()) >= FEWEST
    assert outcomes["read"] >= FEWEST // 3
    assert outcomes["problem"] >= FEWEST // 3
    assert set(kinds) == {"adviezen", "deelnemers", "leerlingen", "scholen"}


def test_a_wrong_outcome_is_seen() -> None:
    """What the tests above stand on: a difference of each kind is told."""
    entry = next(entry for entry in ENTRIES if entry.outcome == "read")
    right = outcome_of(entry, entry.path)
    assert differences(entry, right) == []
    assert len(differences(entry, Outcome())) == 1
    assert len(differences(entry, Outcome(right.pupils, right.notes, ["line 1: more"]))) == 1
    assert len(differences(entry, Outcome(right.pupils, [*right.notes, "more"]))) == 1
    spoiled = [dict.fromkeys(pupil, "other") for pupil in right.pupils]
    assert len(differences(entry, Outcome(spoiled, right.notes))) == len(entry.pupils)
    bad = next(entry for entry in ENTRIES if entry.outcome == "problem")
    assert len(differences(bad, Outcome(problems=["other"] * len(bad.problems), hint=bad.hint))) == len(bad.problems)


def test_a_value_that_is_told_is_seen() -> None:
    entry = next(entry for entry in ENTRIES if entry.secret)
    assert (CORPUS / entry.name).is_file()
    assert told_of_content(entry, f"it holds {entry.secret[0]}, which is wrong") == [entry.secret[0]]
