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
_OSR_SHAPES = "tests/osr/test_shapes.py"
_OSR_VERSIONS = "tests/osr/test_versions.py"
_OSR_MODES = "tests/osr/test_modes.py"
_OSR_YEARS = "tests/osr/test_discovery.py"
_ASKING = "osr/asking.py"
_CONTROLE = "tests/osr/test_controle.py"
_SENDING = "delivery/sending.py"


def _one(promise: str, name: str, file: str, old: str, new: str, test: str, only: str = "") -> Mutant:
    return Mutant(promise, name, file, ((old, new),), (test,), only)


MORE: tuple[Mutant, ...] = (
    _one("mandaten", "the limiter counts nothing", "osr/pace.py", "if earliest > now:", "if self._rest > now:", _CONTROLE),
    _one(
        "mandaten",
        "the limiter only spreads",
        "osr/pace.py",
        "if len(self._starts) >= most:",
        "if not self._starts:",
        _CONTROLE,
        "no_stretch",
    ),
    _one(
        "mandaten",
        "only the worker that got 429 rests",
        "osr/pace.py",
        "            pace.hold(_UNSAID if asked is None else asked)",
        "            return",
        _CONTROLE,
    ),
    _one(
        "mandaten",
        "an error is read as no mandate",
        "osr/controle.py",
        "            return self._without_answer(halves, error)",
        "            halves.found = {**{item.oin: Gezien(item.oin, school.oin, '', '', False, None, None, "
        "self._registry.seen.now()) for item in self._leveranciers}, **halves.found}\n"
        "            return self._answer(halves)",
        _CONTROLE,
    ),
    _one(
        "mandaten",
        "a no counts as long as a yes",
        "osr/seen.py",
        "usual = YES_SECONDS if gezien.gemandateerd else NO_SECONDS",
        "usual = YES_SECONDS",
        _CONTROLE,
    ),
    _one(
        "mandaten",
        "a stale no stands in",
        "osr/seen.py",
        "return gezien is not None and gezien.gemandateerd and gezien.age",
        "return gezien is not None and gezien.age",
        _CONTROLE,
    ),
    _one(
        "mandaten",
        "a run that was killed begins anew",
        "osr/controle.py",
        "if known is not None and self._registry.seen.is_fresh(known, self._max_age):",
        "if known is not None and self._max_age == 0:",
        _CONTROLE,
    ),
    _one(
        "mandaten",
        "the call that tries is held up by those that wait",
        "osr/controle.py",
        "            if error.attempts:  # else",
        "            if True:  # else",
        _CONTROLE,
    ),
    _one(
        "mandaten",
        "what a supplier contradicted comes back from the store",
        "osr/seen.py",
        "                    shelf.forget(*pair)",
        "                    pass",
        _CONTROLE,
    ),
    _one(
        "osr",
        "the words of any 404 are a no",
        _ASKING,
        "return said is not None and (not said or any(word in said for word in words))",
        "return said is not None",
        _OSR_SHAPES,
    ),
    _one(
        "osr",
        "anything but an error proves the register",
        _ASKING,
        "if there.response.status != 200 or not isinstance(document_in(there.response), list):",
        "if there.response.status >= 500:",
        _OSR_SHAPES,
    ),
    _one("osr", "the proof never ends", _ASKING, "self.clock() - at < _PROVEN_SECONDS", "self.clock() >= at", _OSR_SHAPES),
    _one(
        "osr",
        "a link leads to any host",
        _ASKING,
        "if Origin.of(link) != Origin.of(osr.base_url) or parts",
        "if parts",
        _OSR_SHAPES,
    ),
    _one(
        "osr",
        "the host of a link is compared as text",
        _ASKING,
        "if Origin.of(link) != Origin.of(osr.base_url) or parts",
        "if not link.startswith(osr.base_url[:24]) or parts",
        _OSR_SHAPES,
    ),
    _one(
        "osr",
        "an OIN of any form goes out",
        "osr/checks.py",
        "    if not Oin.fits(value):",
        "    if not value:",
        _OSR_SHAPES,
    ),
    _one(
        "osr",
        "a list that is not understood is empty",
        _ASKING,
        "    if found is None:\n        raise not_the_register(answer)\n    return found",
        "    return found or []",
        _OSR_SHAPES,
    ),
    _one(
        "osr",
        "a token stays in what is kept raw",
        "osr/parsing.py",
        '_SECRET = ("token", "mandate_token")',
        "_SECRET = ()",
        _OSR_SHAPES,
    ),
    _one(
        "osr",
        "the day of a moment is that of its own zone",
        "osr/parsing.py",
        "return moment.astimezone(amsterdam()).date()",
        "return moment.date()",
        _OSR_SHAPES,
    ),
    _one(
        "osr",
        "an address of another system is overwritten",
        "osr/own_address.py",
        "known is not None and known.is_van_ons is False",
        "known is None",
        _OSR_VERSIONS,
    ),
    _one(
        "osr",
        "an address for later is looked for today",
        "osr/endpoints.py",
        "registered, attempts = yield from _look(osr, endpoint.routing_id, for_the_look, endpoint.start, pause)",
        "registered, attempts = yield from _look(osr, endpoint.routing_id, for_the_look, None, pause)",
        _OSR_MODES,
    ),
    _one(
        "osr",
        "a registration is not read back",
        "osr/own_address.py",
        "    if stands is None:",
        "    if listed is None:",
        _OSR_MODES,
    ),
    _one(
        "osr",
        "a withdrawal is not read back",
        "osr/endpoints.py",
        "    there = yield from get_endpoint(osr, budget, part)",
        "    there = None",
        _OSR_MODES,
    ),
    _one(
        "osr",
        "an answer of last year serves the new one",
        "osr/cache.py",
        "return None in (self.namespace, namespace) or self.namespace == namespace",
        "return True",
        _OSR_YEARS,
    ),
    _one(
        "osr",
        "another day is asked about with the namespace of today",
        "osr/registry.py",
        "self.namespace_on(day or self.today())",
        "self.namespace_on(self.today())",
        _OSR_YEARS,
    ),
    _one(
        "osr",
        "a list of mandates makes a no",
        "osr/halves.py",
        "        if self.gemandateerd is not False:\n            return self\n",
        "",
        _OSR_MODES,
    ),
    _one(
        "osr",
        "the last day of a school year is the first of the next",
        "messages/jaargangen.py",
        "self.items[at + 1].eerste_dag - dt.timedelta(days=1)",
        "self.items[at + 1].eerste_dag",
        "tests/unit/test_jaargangen.py",
    ),
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
)
"""As `MUTANTS`."""
