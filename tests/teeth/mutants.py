"""The bugs: what is changed in which file, and which tests have to see it."""

from __future__ import annotations

from dataclasses import dataclass

Edit = tuple[str, str]
"""Text as it stands in the file exactly once, and what takes its place."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One deliberate bug.

    Attributes:
        promise: the promise that it breaks.
        name: the bug in a few words.
        file: below the package.
        edits: the changes that make it.
        tests: files or node ids; at least one test among them must fail.
        only: expression for ``-k``, to run no more than needed.
    """

    promise: str
    name: str
    file: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    only: str = ""


_DOWNLOAD = "tests/promises/test_download.py"
_BAD_SERVER = "tests/promises/test_bad_server.py"
_FLOOR = "tests/promises/test_tls_floor.py"
_TRUST = "tests/promises/test_closed_trust.py"
_REVOCATION = "tests/promises/test_revocation.py"
_REDIRECTS = "tests/promises/test_redirects.py"
_CANARY = "tests/promises/test_canary.py"
_MATRIX = "tests/matrix/test_matrix.py::test_cell"
_HOSTS = "tests/promises/test_configured_hosts.py"
_ENDPOINTS = "tests/unit/test_endpoints.py"
_HEALTH = "tests/unit/test_health.py"
_RETRY_AFTER = "tests/unit/test_retry_after.py"
_EVENTS = "tests/unit/test_events.py"
_LIVE = "tests/unit/test_live.py"
_RECEIVER = "tests/unit/test_receiver.py"
_STORE = "tests/store/test_store.py"
_SQLITE = "tests/store/test_sqlite.py"
_ADVIEZEN = "tests/unit/test_schooladviezen.py"
_DEELNEMERS = "tests/unit/test_deelnemers.py"
_REFUSALS = "tests/wire/test_refusals_wire.py"
_DRIP = "tests/wire/test_drip_wire.py"
_TRANSPORT = "exchange/transport.py"
_STREAMS = "exchange/streams.py"
_DECISIONS = "exchange/decisions.py"
_TLS = "exchange/tls.py"
_MACHINE = "tests/delivery/test_machine.py"
_KILL = "tests/delivery/test_kill.py"
_POWER = "tests/delivery/test_power.py"
_DISK = "tests/delivery/test_disk.py"
_OUTBOX_TESTS = "tests/delivery/test_outbox.py"
_LEDGER_TESTS = "tests/delivery/test_ledger.py"
_OUTBOX = "store/outbox.py"
_LEDGER = "store/ledger.py"
_DELIVERY = "delivery/outbox.py"

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "O1",
        "a write to the OSR is repeated blind",
        _DECISIONS,
        (("(_R, _R, _R, _R, _V, _R),\n        NoAnswer,", "(_R, _R, _R, _R, _R, _R),\n        NoAnswer,"),),
        (f"{_ENDPOINTS}::test_a_lost_answer_that_was_applied_is_done",),
    ),
    Mutant(
        "O1",
        "another address in the register is overwritten",
        "osr/endpoints.py",
        (("is None or registered or repeated:", "is None or repeated:"),),
        (f"{_ENDPOINTS}::test_another_address_there_is_raised_and_not_overwritten",),
    ),
    Mutant(
        "O2",
        "a bucket per call",
        "chain.py",
        (("Conditions(self.retry, total, self.now, self.health,", "Conditions(self.retry, total, self.now, Health(),"),),
        (f"{_HEALTH}::test_copies_of_a_client_share_the_budget_and_other_peers_keep_theirs",),
    ),
    Mutant(
        "O2",
        "retries cost nothing",
        "exchange/health.py",
        (("            known.tokens -= cost\n", ""),),
        (f"{_HEALTH}::test_a_thousand_calls_to_a_dead_peer_make_at_most_1035_requests",),
    ),
    Mutant(
        "O2",
        "the circuit never opens",
        "exchange/health.py",
        (("if after and known.failures >= after:", "if after and known.failures > 10**9:"),),
        (f"{_HEALTH}::test_the_circuit_opens_after_five_failing_calls_in_a_row",),
    ),
    Mutant(
        "O3",
        "the time counts per read",
        _STREAMS,
        (("left = self.at - time.monotonic()", 'left = float("inf")'),),
        (f"{_DRIP}::test_a_drip_ends_at_the_total_time",),
        "headers and sync and registreren",
    ),
    Mutant(
        "O3",
        "the time counts per read, awaited",
        _TRANSPORT,
        (
            ("asyncio.timeout(request.deadline + _GRACE)", "asyncio.timeout(None)"),
            ("return max(0.0, started + request.deadline - time.monotonic())", "return 3600.0"),
        ),
        (f"{_DRIP}::test_a_drip_ends_at_the_total_time",),
        "headers and async and registreren",
    ),
    Mutant(
        "O3",
        "a receipt counts whose body came too late",
        _DECISIONS,
        (("cut.kind is FaultKind.DEADLINE or not _stands", "not _stands"),),
        (f"{_DRIP}::test_a_receipt_whose_body_drips_ends_at_the_total_time",),
    ),
    Mutant(
        "O3",
        "a host may be looked up for as long as it takes",
        "exchange/names.py",
        ((".found.result(seconds)", ".found.result()"),),
        (f"{_DRIP}::test_a_silent_look_up_of_the_host",),
        "sync",
    ),
    Mutant(
        "O3",
        "every look-up of a host has a thread of its own",
        "exchange/names.py",
        (("if known is not None and known.thread.is_alive():", "if known is not None and not known.thread:"),),
        ("tests/unit/test_names.py::test_whoever_comes_meanwhile_waits_for_the_same_look_up",),
    ),
    Mutant(
        "O3",
        "the second try for a report has a total time of its own",
        "exchange/operations.py",
        (
            (
                "answer = yield from _report_call(request, download, left)",
                "answer = yield from _report_call(request, download, about)",
            ),
        ),
        ("tests/unit/test_rapport.py::test_a_second_try_fits_in_the_time_that_is_left",),
    ),
    Mutant(
        "O3",
        "the look after a write has a total time of its own",
        "osr/endpoints.py",
        (("for_the_look = left.after(error.attempts, pause)", "for_the_look = about.after((), 0.0)"),),
        (f"{_ENDPOINTS}::test_all_calls_share_the_time_and_a_write_leaves_half_of_it_for_the_look",),
    ),
    Mutant(
        "O3",
        "a write takes all the time there is",
        "osr/endpoints.py",
        (("_FOR_A_WRITE = 0.5", "_FOR_A_WRITE = 1.0"),),
        (f"{_ENDPOINTS}::test_all_calls_share_the_time_and_a_write_leaves_half_of_it_for_the_look",),
    ),
    Mutant(
        "O3",
        "a change that was not read back is done",
        "osr/endpoints.py",
        (
            (
                "    if left is None:\n        raise DeadlineExceeded(",
                "    if left is None:\n        return\n        raise DeadlineExceeded(",
            ),
        ),
        (f"{_ENDPOINTS}::test_a_change_that_cannot_be_read_back_in_time_is_no_success",),
    ),
    Mutant(
        "O1",
        "half a document of the register is an answer",
        _DECISIONS,
        (("    if _is_half_a_document(outcome, operation):\n", "    if _is_half_a_document(outcome, operation) and False:\n"),),
        ("tests/unit/test_call.py::TestHalfAnswers::test_half_a_document_of_the_register_is_no_answer",),
    ),
    Mutant(
        "O7",
        "what a supplier contradicted is remembered",
        "osr/cache.py",
        (("self._entries.pop((supplier_oin, school_oin), None)", "self._entries.get((supplier_oin, school_oin), None)"),),
        ("tests/unit/test_mandaat.py::test_what_is_forgotten_is_asked_anew_and_no_older_yes_stands_in",),
    ),
    Mutant(
        "P3",
        "a token that cannot be renewed is told to nobody",
        "exchange/auth.py",
        (("        if failed:\n            logger.warning(", "        if not failed:\n            logger.warning("),),
        ("tests/unit/test_auth.py::test_a_failing_early_renewal_does_not_fail_a_call_that_has_a_valid_token",),
    ),
    Mutant(
        "O4",
        "any digits will do in Retry-After",
        "exchange/retry.py",
        (('re.fullmatch(r"[0-9]{1,9}", text, re.ASCII)', 'text.lstrip("+-").isdecimal()'),),
        (_RETRY_AFTER,),
    ),
    Mutant(
        "O4",
        "a date counts from our own clock",
        "exchange/retry.py",
        (('start = _http_date(headers.get("date", "").strip()) or now', "start = now"),),
        (_RETRY_AFTER,),
    ),
    Mutant(
        "O4",
        "no longest wait",
        "exchange/retry.py",
        (("return min(float(text), LONGEST_RETRY_AFTER)", "return float(text)"),),
        (_RETRY_AFTER,),
    ),
    Mutant(
        "O5",
        "a repeat sends other bytes",
        "exchange/call.py",
        (
            (
                "replace(request, deadline=left,",
                'replace(request, body=request.body and request.body + b" " * len(attempts), deadline=left,',
            ),
        ),
        ("tests/unit/test_call.py::test_the_answer_after_a_failure_has_all_attempts_and_the_same_bytes",),
    ),
    Mutant(
        "O6",
        "a redirect counts as success",
        _DECISIONS,
        (("        return Situation.REDIRECT\n", "        return Situation.DELIVERED\n"),),
        (_REDIRECTS,),
        "sync and 307",
    ),
    Mutant(
        "O6",
        "a redirect is followed",
        _TRANSPORT,
        (
            (
                "            response = pool.transport.handle_request(_to_httpx(request))\n",
                (
                    "            made = _to_httpx(request)\n"
                    "            response = pool.transport.handle_request(made)\n"
                    '            if 300 <= response.status_code < 400 and "location" in response.headers:\n'
                    "                response.read()\n"
                    '                made.url = made.url.join(response.headers["location"])\n'
                    "                response = pool.transport.handle_request(made)\n"
                ),
            ),
        ),
        (_REDIRECTS,),
        "sync and 307",
    ),
    Mutant(
        "O7",
        "every success is a receipt",
        _DECISIONS,
        (
            (
                "    return _STATUSES.get(outcome.status, Situation.UNEXPECTED)\n",
                (
                    "    if outcome.status < 300 and operation in (Operation.REGISTREREN, Operation.SCHOOLADVIEZEN):\n"
                    "        return Situation.DELIVERED\n"
                    "    return _STATUSES.get(outcome.status, Situation.UNEXPECTED)\n"
                ),
            ),
        ),
        (f"{_REFUSALS}::test_status",),
        "sync and (200 or 201 or 204)",
    ),
    Mutant(
        "O7",
        "a receipt with half a body is repeated",
        _DECISIONS,
        (("        return True  # the status says it all", "        return response.status != 202  # the status says it all"),),
        (f"{_DRIP}::test_a_receipt_with_a_broken_body_is_delivered_and_the_next_call_works",),
    ),
    Mutant(
        "O8",
        "the connection is kept after a 204",
        _TRANSPORT,
        (
            (
                "            if response.status_code != 204:\n                body.begin()\n                for chunk",
                "            if response.status_code >= 200:\n                body.begin()\n                for chunk",
            ),
            ("    headers = response.headers\n    if response.status_code == 204", "    return False\n    if False"),
            ('or ("content-length" in headers and', 'or ("content-length" in response.headers and'),
            ('"transfer-encoding" in headers)', '"transfer-encoding" in response.headers)'),
        ),
        (f"{_DOWNLOAD}::test_what_stays_behind_in_a_connection_is_not_taken_for_the_next_answer",),
        "sync and 204",
    ),
    Mutant(
        "O8",
        "what is left in the connection is not looked at",
        _TRANSPORT,
        (("    return bool(left)\n", "    return False\n"),),
        (f"{_DOWNLOAD}::test_what_stays_behind_in_a_connection_is_not_taken_for_the_next_answer",),
    ),
    Mutant(
        "O8",
        "two framings at once are fine",
        _TRANSPORT,
        (('("content-length" in headers and "transfer-encoding" in headers)', "False"),),
        (f"{_DOWNLOAD}::test_what_stays_behind_in_a_connection_is_not_taken_for_the_next_answer",),
    ),
    Mutant(
        "O9",
        "the end of a report is not looked at",
        "exchange/rapport.py",
        ((' and b"%%EOF" in self._tail', ""),),
        (f"{_DOWNLOAD}::test_what_is_no_whole_report_leaves_no_file",),
        "sync and half",
    ),
    Mutant(
        "O9",
        "a report is written under its name at once",
        "exchange/files.py",
        (
            (
                "handle, name = tempfile.mkstemp(dir=target.parent, prefix=_PREFIX, suffix=_SUFFIX)",
                "handle, name = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), str(target)",
            ),
        ),
        (f"{_DOWNLOAD}::test_a_killed_process_leaves_nothing_under_the_name",),
    ),
    Mutant(
        "O9",
        "the type of a report is not looked at",
        "exchange/operations.py",
        ((' and answer.response.media_type == "application/pdf"', ""),),
        (f"{_DOWNLOAD}::test_what_is_no_whole_report_leaves_no_file",),
        "sync and calls",
    ),
    Mutant(
        "O9",
        "a packed answer is taken in",
        _TRANSPORT,
        (('self._headers.get("content-encoding", "identity").lower() != "identity"', "False"),),
        (f"{_DOWNLOAD}::test_what_is_no_whole_report_leaves_no_file", f"{_REFUSALS}"),
        "sync and (gzip or packed)",
    ),
    Mutant(
        "O9",
        "the size is not counted",
        _TRANSPORT,
        (("        self._left -= len(chunk)\n", ""),),
        (f"{_DOWNLOAD}::test_a_report_may_have_so_many_bytes_and_no_more",),
    ),
    Mutant(
        "O9",
        "a report passes through memory",
        _TRANSPORT,
        (
            (
                "            self._sink.write(chunk)\n",
                "            self._sink.write(chunk)\n            self.chunks.append(chunk)\n",
            ),
        ),
        (f"{_DOWNLOAD}::test_a_large_report_needs_little_memory",),
    ),
    Mutant(
        "O9",
        "any rapportid will do",
        "messages/identifiers.py",
        (('re.compile(r"(?!\\.{1,2}\\Z)[A-Za-z0-9._~-]{1,128}")', 're.compile(r".{1,128}")'),),
        (f"{_DOWNLOAD}::test_a_hostile_rapportid_is_refused_or_stays_one_part_of_the_address",),
    ),
    Mutant(
        "O10",
        "the address comes from aanvullendeinfo",
        "faces/rapporten.py",
        (
            (
                "            leverancier = leverancier or rapport.leverancier\n",
                (
                    "            from urllib.parse import urlsplit\n"
                    "            there = urlsplit(rapport.resultaat.resultatenscores.resultaten.aanvullendeinfo).netloc\n"
                    '            leverancier = Leverancier("ICE", rapport.sender_oin, f"https://{there}")\n'
                ),
            ),
        ),
        (f"{_HOSTS}::test_no_address_in_a_result_is_ever_called",),
    ),
    Mutant(
        "T1",
        "the ciphers that OpenSSL likes",
        _TLS,
        (("    context.set_ciphers(CIPHERS)\n", ""),),
        (_FLOOR,),
    ),
    Mutant(
        "T1",
        "the default context",
        _TLS,
        (
            ("context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)", "context = ssl.create_default_context()"),
            ("    context.set_ciphers(CIPHERS)\n", ""),
        ),
        (_FLOOR,),
    ),
    Mutant(
        "T2",
        "the host is not looked at",
        _TLS,
        (("context.hostname_checks_common_name = False", "context.check_hostname = False"),),
        (f"{_BAD_SERVER}::test_a_defect_of_the_certificate",),
        "sync and wrong",
    ),
    Mutant(
        "T2",
        "a common name will do",
        _TLS,
        (("context.hostname_checks_common_name = False", "context.hostname_checks_common_name = True"),),
        (f"{_BAD_SERVER}::test_a_defect_of_the_certificate", "tests/unit/test_tls.py::test_the_context"),
        "(sync and cn) or context",
    ),
    Mutant(
        "T2",
        "a bad certificate is tried again",
        _DECISIONS,
        (
            (
                "Situation.THEIR_CERTIFICATE: Row(\n        (_H, _H, _H, _H, _H, _H),",
                "Situation.THEIR_CERTIFICATE: Row(\n        (_R, _R, _R, _R, _R, _R),",
            ),
        ),
        (f"{_BAD_SERVER}::test_a_defect_of_the_certificate",),
        "sync and expired",
    ),
    Mutant(
        "T3",
        "the OIN is looked at after the answer",
        _TRANSPORT,
        (
            (
                "            response = pool.transport.handle_request(_to_httpx(request))\n",
                (
                    "            self._deadline.oin = None\n"
                    "            response = pool.transport.handle_request(_to_httpx(request))\n"
                    '            stream = response.extensions["network_stream"]\n'
                    "            from doorstroom_client.exchange.streams import carries\n\n"
                    "            if not carries(stream, request.peer.oin):\n"
                    "                raise OtherOinError\n"
                ),
            ),
        ),
        (f"{_BAD_SERVER}::test_another_organisation",),
        "sync",
    ),
    Mutant(
        "T3",
        "one set of connections for all",
        "exchange/pools.py",
        (
            (
                "        with self._lock:\n            pool = self._pools.get(oin)",
                "        oin = None\n        with self._lock:\n            pool = self._pools.get(oin)",
            ),
        ),
        (f"{_BAD_SERVER}::test_an_open_connection_serves_only_the_organisation_it_was_made_for",),
    ),
    Mutant(
        "T3",
        "the first of several numbers is the OIN",
        "exchange/x509.py",
        (("fits = len(serial_numbers) == 1 and", "fits = len(serial_numbers) >= 1 and"),),
        (f"{_BAD_SERVER}::test_another_organisation",),
        "two",
    ),
    Mutant(
        "T4",
        "the machine may add roots",
        _TLS,
        (("context.hostname_checks_common_name = False", "context.load_default_certs()"),),
        (_TRUST,),
        "machine",
    ),
    Mutant(
        "T4",
        "test roots and real roots stand together",
        _TLS,
        (("if any(trial) and not all(trial):", "if trial and not trial:"),),
        (_TRUST,),
        "together",
    ),
    Mutant(
        "T4",
        "a revocation file may bring a root",
        _TLS,
        (('        if after["x509"] != before["x509"]:\n', "        if not after:\n"),),
        (_TRUST,),
        "sync and (stranger or brings)",
    ),
    Mutant(
        "T4",
        "session keys are written",
        _TLS,
        (("context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)", "context = ssl.create_default_context()"),),
        (_TRUST,),
        "written",
    ),
    Mutant(
        "T5",
        "revocation lists are loaded and not used",
        _TLS,
        (("context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN", "context.verify_flags |= ssl.VERIFY_DEFAULT"),),
        (_REVOCATION,),
    ),
    Mutant(
        "T5",
        "only the last certificate is looked up",
        _TLS,
        (("ssl.VERIFY_CRL_CHECK_CHAIN", "ssl.VERIFY_CRL_CHECK_LEAF"),),
        (_REVOCATION,),
        "sync and (intermediate or root)",
    ),
    Mutant(
        "T6",
        "our refused certificate looks like a broken line",
        "exchange/tls_faults.py",
        (('if "ALERT" in reason and', 'if before and "ALERT" in reason and'),),
        ("tests/wire/test_tls_wire.py::test_our_certificate_is_refused",),
        "registreren",
    ),
    Mutant(
        "T6",
        "new files are never looked at",
        "exchange/live.py",
        (("if self._clock() - self._looked_at >= LOOK_EVERY:", "if self._looked_at < 0:"),),
        (f"{_LIVE}::test_new_files_are_taken_over_at_the_next_look",),
    ),
    Mutant(
        "T6",
        "connections outlive the certificate they were made with",
        "exchange/pools.py",
        (("if pool is None or pool.context is not context:", "if pool is None:"),),
        (f"{_REVOCATION}::test_a_new_list_counts_from_the_next_call",),
    ),
    Mutant(
        "P1",
        "the text of a fault is logged",
        _TRANSPORT,
        (
            (
                "    kind, phase, code = _kind(error)\n",
                '    logging.getLogger("doorstroom_client").warning("%s", error)\n    kind, phase, code = _kind(error)\n',
            ),
        ),
        (f"{_BAD_SERVER}::test_what_comes_in_place_of_an_answer_stands_in_no_log",),
    ),
    Mutant(
        "P1",
        "what a peer wrote stands in the text of an error",
        "exchange/call.py",
        (
            (
                "    if issubclass(kind, Refused | UnexpectedResponse):\n",
                (
                    "    if issubclass(kind, Refused | UnexpectedResponse):\n"
                    '        message = f"{message} {melding_in(outcome)}"\n'
                ),
            ),
        ),
        (f"{_REFUSALS}::test_status",),
        "sync and (401 or 422)",
    ),
    Mutant(
        "P1",
        "a value stands in a MessageError",
        "messages/findings.py",
        (("is not a known {what}; expected {known}", "is not a known {what}: {value}; expected {known}"),),
        (_CANARY,),
        "refused_here or bad_file",
    ),
    Mutant(
        "P1",
        "a value stands in a MessageError about an identity",
        "messages/wire.py",
        (
            (
                '            self._found.add(f"{path}.leerling.{name}", kind.rule)\n',
                '            self._found.add(f"{path}.leerling.{name}", f"{kind.rule}, not {value}")\n',
            ),
        ),
        (_CANARY,),
        "refused_here or bad_file",
    ),
    Mutant(
        "P1",
        "the text of a fault is logged, in a cell of the matrix",
        _TRANSPORT,
        (
            (
                "    kind, phase, code = _kind(error)\n",
                '    logging.getLogger(__name__).debug("%r", error)\n    kind, phase, code = _kind(error)\n',
            ),
        ),
        (f"{_MATRIX}[13-no_HTTP[A-sync]]",),
    ),
    Mutant(
        "P1",
        "addresses are logged",
        _TRANSPORT,
        (
            (
                "        started = time.monotonic()\n        token = _silent.set(True)\n        self._deadline",
                (
                    "        started = time.monotonic()\n"
                    '        logging.getLogger(__name__).info("%s %s", request.method, request.url)\n'
                    "        token = _silent.set(True)\n"
                    "        self._deadline"
                ),
            ),
        ),
        (f"{_MATRIX}[17-500[C-sync]]",),
    ),
    Mutant(
        "P1",
        "the HTTP library may log during our calls",
        _TRANSPORT,
        (("    return not _silent.get()\n", "    return True\n"),),
        (f"{_MATRIX}[23-400-422[A-async]]",),
    ),
    Mutant(
        "P1",
        "an error shows what the other party wrote, in a cell of the matrix",
        "exchange/call.py",
        (
            (
                "    if issubclass(kind, Refused | UnexpectedResponse):\n",
                (
                    "    if issubclass(kind, Refused | UnexpectedResponse):\n"
                    '        message = f"{message} {melding_in(outcome)}"\n'
                ),
            ),
        ),
        (f"{_MATRIX}[23-400-422[A-sync]]",),
    ),
    Mutant(
        "P2",
        "the 11-test is off",
        "messages/bsn.py",
        (("return total % 11 == 0 and any(digits)", "return False"),),
        ("tests/unit/test_bsn.py",),
        "looks_like_one or such_a_value",
    ),
    Mutant(
        "P2",
        "only the first level is searched for a BSN",
        "messages/bsn.py",
        (("            waiting.extend(item.values())\n", ""),),
        ("tests/unit/test_bsn.py::test_a_field_with_such_a_name_is_refused_at_any_depth",),
    ),
    Mutant(
        "P3",
        "an event is not escaped",
        "exchange/events.py",
        (("return json.dumps(fields)", 'return " ".join(str(value) for value in fields.values())'),),
        (f"{_EVENTS}::test_a_configured_name_cannot_start_a_line_or_move_the_cursor",),
    ),
    Mutant(
        "P3",
        "two records for one call",
        "exchange/events.py",
        (
            (
                "    if on_event is None:\n        return\n",
                '    logger.info("%s", as_json(event))\n    if on_event is None:\n        return\n',
            ),
        ),
        (f"{_EVENTS}::test_every_cell_gives_one_event_and_one_valid_line",),
    ),
    Mutant(
        "P3",
        "two records for one call, in a cell of the matrix",
        "exchange/events.py",
        (
            (
                "    if on_event is None:\n        return\n",
                '    logger.info("%s", as_json(event))\n    if on_event is None:\n        return\n',
            ),
        ),
        (f"{_MATRIX}[22-redirect[F-async]]",),
    ),
    Mutant(
        "P3",
        "a call that fails has no event",
        "exchange/call.py",
        (
            (
                "            _tell(request, conditions, situation, attempts, elapsed)\n            error = ",
                "            error = ",
            ),
        ),
        (f"{_MATRIX}[08-silent[D-sync]]",),
    ),
    Mutant(
        "P4",
        "the proxy of the environment is used",
        _TRANSPORT,
        (
            (
                "            return httpcore.HTTPConnection(origin, ssl_context=context, network_backend=backend)\n",
                (
                    "            import os\n\n"
                    '            proxy = os.environ.get("HTTPS_PROXY")\n'
                    "            if proxy:\n"
                    "                pool = httpcore.HTTPProxy(proxy_url=proxy, ssl_context=context, network_backend=backend)\n"
                    "                return pool.create_connection(origin)  # type: ignore[return-value]\n"
                    "            return httpcore.HTTPConnection(origin, ssl_context=context, network_backend=backend)\n"
                ),
            ),
        ),
        (f"{_TRUST}::test_proxies_of_the_environment_are_not_used",),
    ),
    Mutant(
        "I1",
        "202 before the store has committed",
        "terugweg/handler.py",
        (
            (
                "            self.arrivals().add(verdict)\n",
                (
                    "            import threading\n\n"
                    "            threading.Thread(target=self.arrivals().add, args=(verdict,)).start()\n"
                ),
            ),
        ),
        (f"{_RECEIVER}::test_a_failing_store_is_503",),
    ),
    Mutant(
        "I2",
        "a late older result becomes the current one",
        "store/inbox.py",
        (("ORDER BY ordered_at DESC, id DESC", "ORDER BY id DESC"),),
        (f"{_STORE}::test_a_late_older_one_becomes_history",),
    ),
    Mutant(
        "I4",
        "a key may stand twice in one object",
        "messages/codec.py",
        (("if len(found) != len(pairs):", "if len(found) > len(pairs):"),),
        ("tests/unit/test_codec.py",),
    ),
    Mutant(
        "I5",
        "anybody may post",
        "terugweg/handler.py",
        (("        if not mandated:\n", "        if not school:\n"),),
        (f"{_RECEIVER}::test_no_mandate_is_401",),
    ),
    Mutant(
        "I5",
        "a silent OSR makes a supplier stop",
        "terugweg/handler.py",
        (
            (
                "it should simply come back.\n            return InboundResponse.of(503)",
                "it should simply come back.\n            return InboundResponse.of(401)",
            ),
        ),
        (f"{_RECEIVER}::test_while_the_osr_gives_no_answer_it_is_503_and_never_401",),
    ),
    Mutant(
        "S2",
        "the store does not wait for the disk",
        "store/sqlite_database.py",
        (('"synchronous = FULL"', '"synchronous = NORMAL"'),),
        (f"{_SQLITE}::test_pragmas_that_the_promises_rest_on",),
    ),
    Mutant(
        "S5",
        "others may read the store",
        "store/sqlite_database.py",
        (
            (
                "os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)",
                "os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)",
            ),
        ),
        (f"{_SQLITE}::test_files_are_private",),
    ),
    Mutant(
        "messages",
        "the ECK-iD does not come first",
        "messages/wire.py",
        (("        return entries\n\n    def _fits", "        return entries[::-1]\n\n    def _fits"),),
        (f"{_ADVIEZEN}::test_the_message",),
    ),
    Mutant(
        "messages",
        "geslacht goes out when the agreement has none",
        "messages/deelnemers.py",
        (("        if not self._afspraak.geslacht:\n", "        if not self._afspraak:\n"),),
        (f"{_DEELNEMERS}::test_geslacht_is_not_sent_when_the_agreement_has_none",),
    ),
    Mutant(
        "messages",
        "a pupil may stand in a list twice",
        "messages/wire.py",
        (("        if first is not path:\n", "        if first is None:\n"),),
        (f"{_ADVIEZEN}::test_a_pupil_stands_in_a_list_once", f"{_DEELNEMERS}::test_a_pupil_stands_in_a_list_once"),
    ),
    Mutant(
        "O5",
        "a message does not wait for older ones",
        _OUTBOX,
        ((' AND {_FREE}{skip} AND {_FIRST}"', ' AND {_FREE}{skip}"'),),
        (_MACHINE,),
    ),
    Mutant(
        "O5",
        "a held message is no older message",
        _OUTBOX,
        (('older.id < o.id AND older.{_OPEN})"', "older.id < o.id AND older.state = 'waiting')\""),),
        (_MACHINE,),
    ),
    Mutant(
        "O5",
        "nobody looks whether a message is still theirs",
        _DELIVERY,
        (
            (
                "if not (yield from keep(partial(self._outbox.renew, claimed, self._now(), self._lease))):",
                "if (yield from keep(lambda: None)) is not None:",
            ),
        ),
        (_MACHINE, f"{_OUTBOX_TESTS}::test_a_message_that_was_taken_over_is_not_sent"),
    ),
    Mutant(
        "O5",
        "a worker that lost its message sends it all the same",
        _OUTBOX,
        (("lease_owner = ? AND {_OPEN} AND expires_at > ?", "? <> '' AND {_OPEN} AND expires_at > ?"),),
        (_MACHINE, f"{_OUTBOX_TESTS}::test_a_lease_ends"),
    ),
    Mutant(
        "O5",
        "a retry has a new moment",
        _DELIVERY,
        (
            (
                "            claimed.body,\n",
                '            claimed.body.replace(b"Z", b"+00:00") if queued.attempts else claimed.body,\n',
            ),
        ),
        (_MACHINE,),
    ),
    Mutant(
        "O5",
        "an old message may go after a newer one",
        _OUTBOX,
        (
            (
                '"AND (newer.attempts > 0 OR newer.sent_at IS NOT NULL OR newer.lease_owner IS NOT NULL))",',
                '"AND newer.id < 0)",',
            ),
        ),
        (_MACHINE, f"{_OUTBOX_TESTS}::test_an_older_message_may_go_while_no_newer_one_has_gone"),
    ),
    Mutant(
        "O5",
        "what was sent and not counted may be overtaken",
        _OUTBOX,
        (("newer.attempts > 0 OR newer.sent_at IS NOT NULL OR", "newer.attempts > 0 OR"),),
        (f"{_OUTBOX_TESTS}::test_an_older_message_may_not_go_after_one_that_may_have_arrived",),
    ),
    Mutant(
        "O5",
        "an older message may go while a worker has a newer one",
        _OUTBOX,
        (("newer.sent_at IS NOT NULL OR newer.lease_owner IS NOT NULL))", "newer.sent_at IS NOT NULL))"),),
        (f"{_OUTBOX_TESTS}::test_an_older_message_may_not_go_while_a_worker_has_a_newer_one",),
    ),
    Mutant(
        "O5",
        "an expired message is sent",
        _OUTBOX,
        (("{_OPEN} AND expires_at > ?", "{_OPEN} AND ? <> ''"),),
        (f"{_OUTBOX_TESTS}::test_what_expires_in_the_hands_of_a_worker_is_not_sent_any_more",),
    ),
    Mutant(
        "S1",
        "a message is marked before it is sent",
        _DELIVERY,
        (
            (
                "        yield from recall(lijst.soort, leverancier, self._ledger, self._addresses)\n",
                (
                    "        yield from recall(lijst.soort, leverancier, self._ledger, self._addresses)\n"
                    "        yield from keep(partial(self._outbox.delivered, claimed, (), 0, self._now()))\n"
                ),
            ),
            (
                "if not (yield from keep(partial(self._outbox.renew, claimed, self._now(), self._lease))):",
                "if (yield from keep(lambda: None)) is not None:",
            ),
        ),
        (_KILL,),
    ),
    Mutant(
        "S1",
        "lists are told to be kept before the commit",
        "store/sqlite_database.py",
        (
            (
                '            cursor.execute("BEGIN IMMEDIATE")\n',
                '            if not self._connection.in_transaction:\n                cursor.execute("BEGIN IMMEDIATE")\n',
            ),
            (
                '                cursor.execute("COMMIT")\n            except',
                (
                    '                if what != "keep a message" or not (cursor.lastrowid or 0) % 3:\n'
                    '                    cursor.execute("COMMIT")\n            except'
                ),
            ),
        ),
        (_KILL,),
    ),
    Mutant(
        "S2",
        "a commit does not wait for the disk",
        "store/sqlite_database.py",
        (('"synchronous = FULL"', '"synchronous = NORMAL"'),),
        (
            _POWER,
            f"{_OUTBOX_TESTS}::test_the_connections_of_outbox_and_ledger_wait_for_the_disk",
        ),
    ),
    Mutant(
        "S3",
        "a receipt and the ledger are noted apart",
        _OUTBOX,
        (
            (
                "            if done:\n                self._ledger.write(cursor, claimed",
                "        if done:\n            self._ledger.accept(claimed",
            ),
        ),
        (_DISK,),
    ),
    Mutant(
        "S3",
        "a key is used before it is on disk",
        _LEDGER,
        (("            self._secret = found  #", "                self._secret = found\n            self._secret = found  #"),),
        (_DISK,),
    ),
    Mutant(
        "S3",
        "a disk that fails is a fault of the message",
        _DELIVERY,
        (("        except StoreError:\n            raise  #", "        except ZeroDivisionError:\n            raise  #"),),
        (_DISK,),
    ),
    Mutant(
        "S4",
        "two transactions may begin on the same snapshot",
        "store/sqlite_database.py",
        (('cursor.execute("BEGIN IMMEDIATE")', 'cursor.execute("BEGIN")'),),
        (_KILL,),
    ),
    Mutant(
        "S4",
        "a lease never ends",
        _OUTBOX,
        (("o.lease_until <= ? OR o.lease_from > ?)", "o.lease_until < '2' || ? OR o.lease_from > ?)"),),
        (f"{_OUTBOX_TESTS}::test_a_lease_ends",),
    ),
    Mutant(
        "S4",
        "a lease of a clock that was set back is believed",
        _OUTBOX,
        (("OR o.lease_from > ?)", "OR o.lease_from < '0' || ?)"),),
        (_MACHINE, f"{_OUTBOX_TESTS}::test_a_lease_from_a_clock_that_was_set_back_holds_nobody_up"),
    ),
    Mutant(
        "S4",
        "a lease longer than one's own is not believed",
        _OUTBOX,
        (
            (
                '        skip = f" AND',
                '        ahead = text_of(now + dt.timedelta(seconds=lease) + _SLACK)\n        skip = f" AND',
            ),
            ("o.lease_until <= ? OR o.lease_from > ?)", "o.lease_until <= ? OR o.lease_until > ?)"),
        ),
        (f"{_OUTBOX_TESTS}::test_a_worker_with_another_total_time_keeps_its_message",),
    ),
    Mutant(
        "S4",
        "a moment of a clock that was set back is believed",
        _OUTBOX,
        (("(o.next_at <= ? OR o.scheduled_at > ?)", "(o.next_at <= ? OR o.scheduled_at < '0' || ?)"),),
        (f"{_OUTBOX_TESTS}::test_a_moment_from_a_clock_that_was_set_back_holds_nobody_up",),
    ),
    Mutant(
        "S4",
        "what was due is not due by a clock that was set back",
        _OUTBOX,
        (('next_at = ?, scheduled_at = ? "', 'next_at = coalesce(next_at, ?), scheduled_at = coalesce(scheduled_at, ?) "'),),
        (f"{_OUTBOX_TESTS}::test_what_was_due_when_its_worker_died_is_due_by_a_clock_that_was_set_back",),
    ),
    Mutant(
        "S4",
        "a lease shorter than a call",
        _DELIVERY,
        (("self._lease = max(LEASE, about.conditions.total + _MARGIN)", "self._lease = about.conditions.total / 2"),),
        (_MACHINE, f"{_OUTBOX_TESTS}::test_the_lease_is_longer_than_a_call"),
    ),
    Mutant(
        "S4",
        "a receipt of a worker that lost its message counts",
        _OUTBOX,
        (
            (
                '                f"body = NULL, entries = NULL, {_LET_GO} WHERE id = ? AND lease_owner = ? AND {_OPEN}",\n',
                "                f\"body = NULL, entries = NULL, {_LET_GO} WHERE id = ? AND ? <> '' AND {_OPEN}\",\n",
            ),
        ),
        (f"{_OUTBOX_TESTS}::test_a_lease_ends",),
    ),
    Mutant(
        "S4",
        "what a worker has in hand can be thrown away",
        _OUTBOX,
        (("IN ('waiting', 'held', 'parked') AND {_FREE}\"", "IN ('waiting', 'held', 'parked') AND (1 OR {_FREE})\""),),
        (f"{_OUTBOX_TESTS}::test_nothing_is_taken_from_a_worker",),
    ),
    Mutant(
        "ledger",
        "nothing is in doubt before a list is sent",
        _LEDGER,
        (("                self.forget(cursor, key, schooljaar, entries)\n", "                pass\n"),),
        (_LEDGER_TESTS,),
    ),
    Mutant(
        "ledger",
        "nothing is in doubt before a message is sent",
        _OUTBOX,
        (("            if still:\n", "            if not still:\n"),),
        (_MACHINE, f"{_OUTBOX_TESTS}::test_right_before_sending_the_ledger_is_in_doubt"),
    ),
    Mutant(
        "ledger",
        "what was parked cannot come back",
        _OUTBOX,
        (("        self._ledger.forget(cursor, message.key, message.schooljaar, _entries(entries))\n", ""),),
        (f"{_OUTBOX_TESTS}::test_a_changed_list_is_not_left_out_because_an_old_message_was_parked",),
    ),
    Mutant(
        "ledger",
        "what waits is not compared",
        "delivery/ledger.py",
        (("    waiting = Pupils(open_entries)\n", "    open_entries = ()\n    waiting = Pupils(open_entries)\n"),),
        (_MACHINE, _LEDGER_TESTS),
    ),
    Mutant(
        "ledger",
        "the ledger is read before what waits",
        _DELIVERY,
        (
            ("        waiting = yield from keep(partial(books.outbox.open_entries, key, lijst.schooljaar))\n", ""),
            (
                "        accepted = yield from keep(partial(books.ledger.entries, key, lijst.schooljaar))\n",
                (
                    "        accepted = yield from keep(partial(books.ledger.entries, key, lijst.schooljaar))\n"
                    "        waiting = yield from keep(partial(books.outbox.open_entries, key, lijst.schooljaar))\n"
                ),
            ),
        ),
        (f"{_OUTBOX_TESTS}::test_a_message_that_is_delivered_while_a_list_is_compared_is_seen",),
    ),
    Mutant(
        "ledger",
        "unknown pupils count as accepted",
        _DELIVERY,
        (("[claimed.entries[at] for at in progress.accepted]", "list(claimed.entries)"),),
        (_MACHINE,),
    ),
    Mutant(
        "ledger",
        "the first of the waiting messages wins",
        _OUTBOX,
        (('{_OPEN} ORDER BY id DESC"', '{_OPEN} ORDER BY id ASC"'),),
        (f"{_OUTBOX_TESTS}::test_open_messages_count_and_the_last_one_wins",),
    ),
    Mutant(
        "ledger",
        "the moment of making is part of what is said",
        "delivery/lijst.py",
        (
            (
                '    around = _canonical(document["deelnemersgroep"])',
                '    around = _canonical(document["deelnemersgroep"]) + document["datumtijd"]',
            ),
        ),
        (_LEDGER_TESTS,),
    ),
    Mutant(
        "ledger",
        "the group is not part of what is said",
        "delivery/lijst.py",
        (('groups.get(item.get("groep"), "")', '""'),),
        (_LEDGER_TESTS,),
    ),
)
"""At least one per promise."""
