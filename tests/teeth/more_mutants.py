"""More bugs: finding unknown pupils, reading files, and what comes in."""

from __future__ import annotations

if __package__:
    from .mutants import Mutant
else:
    from mutants import Mutant  # type: ignore[import-not-found,no-redef]  # run as a script

_SEARCH = "tests/isolation/test_search.py"
_SUPPLIERS = "tests/isolation/test_suppliers.py"
_READ_MANY = "tests/readers/test_many.py"
_CORPUS = "tests/inkomend/test_corpus.py"
_FUZZ = "tests/inkomend/test_fuzz.py"
_RESEND = "tests/inkomend/test_resend.py"
_CONTRACT = "tests/inkomend/test_schemathesis.py"
_CLIENT = "tests/delivery/test_client_deliveries.py"
_KILL_INBOX = "tests/inkomend/test_kill.py"
_POWER_INBOX = "tests/inkomend/test_power.py"
_DISK_INBOX = "tests/inkomend/test_disk.py"
_FAILING_INBOX = "tests/inkomend/test_failing_disk.py"
_HANDLER = "terugweg/handler.py"
_DATABASE = "store/sqlite_database.py"
_ISOLATION = "delivery/isolation.py"
_SENDING = "delivery/sending.py"
_POSTGRES, _POSTGRES_FILE = "tests/store/test_postgres.py", "store/postgres_database.py"
_ADDRESS = "tests/store/test_address.py"
_RANG = "overview/rangorde.py"
_RANG_TEST = "tests/overview/test_rangorde.py"
_KOPPELEN = "tests/overview/test_koppelen.py"
_PAGINA = "tests/overview/test_pagina.py"
_ROD = "tests/overview/test_rod.py"


def _one(promise: str, name: str, file: str, old: str, new: str, test: str, only: str = "") -> Mutant:
    return Mutant(promise, name, file, ((old, new),), (test,), only)


MORE: tuple[Mutant, ...] = (
    _one("isolation", "probes at even steps", _ISOLATION, "items[lot.randrange(start, end)]", "items[start]", _SEARCH),
    _one(
        "isolation",
        "a pupil is called unknown on a conclusion",
        _ISOLATION,
        "return [(second, len(second) > 1)]",
        "return [(second, True)]",
        _SEARCH,
    ),
    _one(
        "isolation",
        "gives up while some are accepted",
        _ISOLATION,
        "return not self.any_accepted and self._refusals",
        "return self._refusals",
        _SEARCH,
    ),
    _one(
        "isolation",
        "gives up at a proven address",
        _ISOLATION,
        "if number >= PROBES and not proven:",
        "if number >= PROBES:",
        _SEARCH,
    ),
    _one(
        "isolation",
        "unknown pupils count as accepted",
        _SENDING,
        "accepted = [entries[at] for at in part]",
        "accepted = list(entries)",
        _SUPPLIERS,
    ),
    _one(
        "isolation",
        "a refused Deelnemerslijst is split",
        _SENDING,
        "lijst.soort is Operation.SCHOOLADVIEZEN",
        "lijst.soort",
        _SUPPLIERS,
    ),
    _one(
        "O5",
        "a newer list goes before one that waits",
        _SENDING,
        "if not (yield from keep(partial(books.outbox.overtake, key, books.now()))):",
        "if False:",
        f"{_CLIENT}::test_a_newer_list_does_not_go_before_one_that_waits",
    ),
    _one(
        "ledger",
        "what may have arrived is not in doubt",
        _SENDING,
        "    yield from keep(partial(books.ledger.doubt, key, lijst.schooljaar, entries))\n",
        "",
        f"{_CLIENT}::test_what_may_have_arrived_is_in_doubt",
    ),
    _one(
        "O7",
        "a refused mandate is remembered as given",
        "chain.py",
        "            self.cache.forget(target.oin, school.oin)",
        "            pass",
        f"{_CLIENT}::test_after_401_the_osr_is_asked_anew",
    ),
    _one(
        "files",
        "lines that are loose are forgotten",
        "readers/many.py",
        "loose = [*loose, row][:_MAX_LOOSE]",
        "loose = []",
        _READ_MANY,
    ),
    _one("files", "a file is not read again from its start", "readers/records.py", "lines.once_more()", "pass", _READ_MANY),
    _one(
        "I4",
        "any JSON will do",
        "messages/codec.py",
        "rule, document = _read(body)",
        'rule, document = "", json.loads(body)',
        _CORPUS,
    ),
    _one("I4", "a key may stand twice", "messages/codec.py", "object_pairs_hook=_unique, ", "", _FUZZ),
    _one("I4", "infinity is a number", "messages/codec.py", "parse_float=_finite", "parse_float=float", _CORPUS),
    _one(
        "I4",
        "deep nesting is a crash",
        "messages/codec.py",
        "except (ValueError, RecursionError):",
        "except ValueError:",
        _CORPUS,
    ),
    _one(
        "I4",
        "control characters in a name only count in front",
        "messages/resultaten.py",
        "UNWANTED.search(name.strip())",
        "UNWANTED.match(name.strip())",
        _CORPUS,
    ),
    _one(
        "I4",
        "no JSON is an invalid message",
        "terugweg/handler.py",
        'InboundResponse.of(400 if error.path == "body" else 422)',
        "InboundResponse.of(422)",
        _CORPUS,
    ),
    _one("I2", "the same bytes are not counted", "store/inbox.py", "SET seen = seen + 1", "SET seen = seen", _RESEND),
    _one(
        "I2",
        "a moment in the future orders",
        "store/inbox.py",
        "min(delivery.datumtijd or delivery.received_at, delivery.received_at)",
        "delivery.datumtijd or delivery.received_at",
        _RESEND,
    ),
    _one(
        "I2",
        "a moment in the future is not flagged",
        "terugweg/ontvangen.py",
        "> _CLOCKS_MAY_DIFFER",
        "< _CLOCKS_MAY_DIFFER",
        _RESEND,
    ),
    _one(
        "I6",
        "statuses that are given are not declared",
        "terugweg/openapi.py",
        "for status in sorted(MELDINGEN)}",
        "for status in (202, 401, 405, 422)}",
        _CONTRACT,
    ),
    _one(
        "I3",
        "no body cap",
        "terugweg/asgi.py",
        "if len(body) > limits.body:",
        "if not limits.body:",
        "tests/unit/test_asgi.py",
        "too_large",
    ),
    _one(
        "I3",
        "a length that is told is not looked at",
        "terugweg/limits.py",
        "if lengths and int(lengths[0]) > limits.body:",
        "if lengths and not limits.body:",
        "tests/terugweg/test_limits.py",
        "too_large_is_said",
    ),
    _one(
        "I3",
        "a body may take for ever",
        "terugweg/asgi.py",
        "asyncio.timeout(limits.body_seconds)",
        "asyncio.timeout(None)",
        "tests/unit/test_asgi.py",
        "too_slow",
    ),
    _one(
        "I3",
        "nobody makes room",
        "terugweg/entrance.py",
        "            if least is not None:",
        "            if least is None:",
        "tests/terugweg/test_limits.py",
        "200_",
    ),
    _one(
        "T7",
        "a header of any address is believed",
        "terugweg/proxy.py",
        "        if not self._trusts(address, [value",
        "        if self._networks and False and not self._trusts(address, [value",
        "tests/terugweg/test_proxy.py",
        "any_other_address",
    ),
    _one(
        "T7",
        "a certificate in a header is not verified",
        "terugweg/proxy.py",
        "if len(along) > _LONGEST_CHAIN or not is_sound(der, along, self._current(), self._now()):",
        "if len(along) > _LONGEST_CHAIN:",
        "tests/terugweg/test_proxy.py",
        "every_defect",
    ),
    _one(
        "T7",
        "the header may stand there twice",
        "terugweg/proxy.py",
        "if len(values) != 1:",
        "if not values:",
        "tests/terugweg/test_proxy.py",
        "exactly_once",
    ),
    _one(
        "T7",
        "a revocation list is not needed",
        "terugweg/verify.py",
        "return bool(in_force) and not any(",
        "return not any(",
        "tests/terugweg/test_proxy.py",
        "revocation",
    ),
    _one(
        "T6",
        "SIGHUP does nothing",
        "terugweg/renewal.py",
        "self._context, self._ends = self._make(), self._certificate",
        "_, self._ends = self._make(), self._certificate",
        "tests/terugweg/test_serve_life.py",
        "sighup",
    ),
    Mutant(
        "I1",
        "202 while a result is still on its way to the disk",
        _HANDLER,
        (
            (
                "            self.arrivals().add(verdict)\n",
                (
                    "            import threading\n\n"
                    "            threading.Thread(target=self.arrivals().add, args=(verdict,), daemon=True).start()\n"
                ),
            ),
        ),
        (_KILL_INBOX,),
    ),
    Mutant(
        "S1",
        "results are told to be kept before the commit",
        _DATABASE,
        (
            (
                '            cursor.execute("BEGIN IMMEDIATE")\n',
                '            if not self._connection.in_transaction:\n                cursor.execute("BEGIN IMMEDIATE")\n',
            ),
            (
                '                cursor.execute("COMMIT")\n            except',
                (
                    '                if what != "keep a result" or not (cursor.lastrowid or 0) % 3:\n'
                    '                    cursor.execute("COMMIT")\n            except'
                ),
            ),
        ),
        (_KILL_INBOX,),
    ),
    _one(
        "S2",
        "202 does not wait for the disk",
        _DATABASE,
        '"synchronous = FULL"',
        '"synchronous = NORMAL"',
        _POWER_INBOX,
    ),
    _one(
        "S3",
        "a result that could not be kept is answered with 202",
        _HANDLER,
        "        except StoreError:\n            return InboundResponse.of(503)\n        return",
        "        except StoreError:\n            return InboundResponse.of(202)\n        return",
        _FAILING_INBOX,
    ),
    _one(
        "S3",
        "a store that fails is an error of the server",
        _HANDLER,
        "        except StoreError:\n            return InboundResponse.of(503)\n        return",
        "        except ZeroDivisionError:\n            return InboundResponse.of(503)\n        return",
        _FAILING_INBOX,
    ),
    _one(
        "S3",
        "a transaction that failed stays open",
        _DATABASE,
        '                    cursor.execute("ROLLBACK")\n',
        "                    pass\n",
        _DISK_INBOX,
    ),
    _one(
        "S3",
        "half a transaction is kept",
        _DATABASE,
        'cursor.execute("ROLLBACK")',
        'cursor.execute("COMMIT")',
        _DISK_INBOX,
    ),
    _one(
        "S3",
        "a migration may end halfway",
        _DATABASE,
        'with self.transaction("set up") as cursor:',
        'with self.cursor("set up") as cursor:',
        _DISK_INBOX,
        "migration",
    ),
    _one(
        "S3",
        "only some errors of the database are ours",
        _DATABASE,
        "except sqlite3.Error as error:",
        "except sqlite3.OperationalError as error:",
        _DISK_INBOX,
    ),
    _one(
        "postgres",
        "nobody waits for an advisory lock",
        _POSTGRES_FILE,
        'cursor.execute("SELECT pg_advisory_xact_lock(?)", (_number_of(about),))',
        "pass",
        _POSTGRES,
        "who_waits or one_thing",
    ),
    _one(
        "postgres",
        "an advisory lock is always there to take",
        _POSTGRES_FILE,
        'return bool(cursor.execute("SELECT pg_try_advisory_xact_lock(?)", (_number_of(about),)).fetchone()[0])',
        "return True",
        _POSTGRES,
        "one_thing",
    ),
    _one(
        "postgres",
        "consumers wait for rows of others",
        _POSTGRES_FILE,
        'skip_locked = "FOR UPDATE SKIP LOCKED"',
        'skip_locked = "FOR UPDATE"',
        _POSTGRES,
        "skip_what_others",
    ),
    _one(
        "postgres",
        "consumers take rows that others take",
        _POSTGRES_FILE,
        'skip_locked = "FOR UPDATE SKIP LOCKED"',
        'skip_locked = ""',
        _POSTGRES,
        "skip_what_others",
    ),
    _one(
        "postgres",
        "a role may have commits that do not wait for the disk",
        _POSTGRES_FILE,
        "replace(current_setting('synchronous_commit'), 'off', 'on')",
        "current_setting('synchronous_commit')",
        _POSTGRES,
        "whatever_the_role",
    ),
    _one(
        "postgres",
        "a server that does not wait for the disk will do",
        _POSTGRES_FILE,
        '("fsync", fsync, "on"), ',
        "",
        _POSTGRES,
        "disk_is_refused",
    ),
    _one(
        "postgres",
        "the answer to a commit is not looked at",
        "store/postgres_cursor.py",
        'if answer != "COMMIT" or warnings:',
        "if not answer:",
        _POSTGRES,
        "swallowed or standby",
    ),
    _one(
        "postgres",
        "a lost connection is not replaced",
        _POSTGRES_FILE,
        "            pool.drain()\n            connection = pool.getconn()\n",
        "            raise\n",
        _POSTGRES,
        "were_cut or started_again",
    ),
    _one(
        "postgres",
        "a child uses the connections of its parent",
        "store/forks.py",
        "opened.after_fork()",
        "pass",
        "tests/store/test_store.py",
        "forked",
    ),
    _one(
        "postgres",
        "personal data may cross a network unchecked",
        "store/postgres_address.py",
        'given.get("sslmode") != "verify-full":',
        'given.get("sslmode") is None:',
        _ADDRESS,
        "what_is_refused",
    ),
    _one(
        "postgres",
        "what was seen before a row was ours is believed",
        "store/inbox.py",
        "found = [row[0] for row in cursor.execute(still, (*values[:-1], *found)).fetchall()] if found else []",
        "del still",
        _POSTGRES,
        "another_looks",
    ),
    _one("overzicht", "lwoo changes the rank", _RANG, ".removesuffix(_LWOO)", "", _RANG_TEST),
    _one("overzicht", "half a level does not count", _RANG, "if steps > 0:", "if steps > 1:", _RANG_TEST),
    _one(
        "overzicht",
        "praktijkonderwijs is not excepted",
        _RANG,
        "if level is Schooladvies.PRAKTIJKONDERWIJS and toetsadvies is",
        "if level is Schooladvies.VSO and toetsadvies is",
        _RANG_TEST,
    ),
    _one(
        "overzicht", "a value is taken for markup", "overview/html.py", "html.escape(UNWANTED", "str(UNWANTED", _PAGINA, "text"
    ),
    _one("overzicht", "a quote ends an attribute", "overview/html.py", "quote=True", "quote=False", _PAGINA, "text"),
    _one("overzicht", "the oldest result counts", "overview/koppelen.py", "found = max(slot", "found = min(slot", _KOPPELEN),
    _one(
        "overzicht",
        "nothing to compare reads as nothing to reconsider",
        "overview/pagina.py",
        "if with_result == counts[Oordeel.GEEN_ADVIES]:",
        "if with_result < counts[Oordeel.GEEN_ADVIES]:",
        _PAGINA,
        "nothing_to_compare",
    ),
    _one(
        "overzicht",
        "the page is readable by everybody",
        "cli/overzicht.py",
        "write_whole(file, als_pagina(found))",
        "file.write_bytes(als_pagina(found))",
        "tests/cli/test_overzicht.py",
        "page_and_a_table",
    ),
    _one("overzicht", "a lower definitief advice goes to DUO", "overview/rod.py", " is False:", " is None:", _ROD),
)
"""As `MUTANTS`."""
