"""The fault matrix as data: 38 rows x 6 operations, written down apart from the decision table of the code.

Letters: R again within the call, as far as time and budget allow; S again when the peer says so; V look first; H hold: one
attempt, somebody has to repair something; N final: one attempt; D done; – does not occur.

Operations: A POST /registreren, B POST /registreren-schooladviezen, C GET /leerlingrapport/{id}, D GET /mandates,
E POST /endpoints, F PUT /endpoints/{id}.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import faults_support as faults
from faults_support import Fault, Flaw, TlsVariant, issue_defect, make_crl

from doorstroom_client.errors import (
    AanleveringGesloten,
    ConnectError,
    DeadlineExceeded,
    DoorstroomError,
    GeenMandaat,
    LeerlingOnbekend,
    NoAnswer,
    OngeldigBericht,
    RapportOnbekend,
    RedirectRefused,
    SchoolOnbekend,
    StoreError,
    TlsError,
    Unavailable,
    UnexpectedResponse,
    WrongPeer,
)
from doorstroom_client.exchange.decisions import Situation as Sit
from doorstroom_client.simulator.pki import Defect, Issued, Pki

from .operations import LETTERS, SUCCESS, body_of

Kind = type[DoorstroomError]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a fault may need to know: the operation, and two addresses where nobody may ever come."""

    letter: str
    elsewhere: str = ""
    elsewhere_plain: str = ""

    @property
    def status(self) -> int:
        return SUCCESS[self.letter]

    @property
    def body(self) -> bytes:
        return body_of(self.letter)[0]

    @property
    def kind(self) -> str:
        return body_of(self.letter)[1]


@dataclass(frozen=True, slots=True)
class Cell:
    """What is to come of one fault for one operation.

    Attributes:
        letter: of the matrix.
        error: the class in which the call ends; None for success.
        attempts: how often the operation itself reaches the server while the fault goes on.
        retryable: what the error says.
        situation: what the decision table calls it; None when another place than the table decides.
        value: what a success gives: "yes", "no" or "nothing".
        again: whether [fault, good answer] succeeds within the call.
        reason: why it does not occur.
    """

    letter: str
    error: Kind | None = None
    attempts: int = 1
    retryable: bool = False
    situation: Sit | None = None
    value: str = "yes"
    again: bool = False
    reason: str = ""


Cells = tuple[Cell, Cell, Cell, Cell, Cell, Cell]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to make a fault.

    Attributes:
        name: for messages.
        fault: plays it; None when it is in the handshake or the address.
        issued: makes another certificate for the server.
        tls: how the server speaks TLS.
        refuses_us: whether the server trusts other roots than ours.
        crls: gives the client revocation lists.
        unknown_host: whether the address does not exist.
        code: of the `TlsError`.
        asked: seconds in Retry-After.
        clock_ahead: hours that the clock of the client is ahead.
        warm: whether a good call over the same connection goes before.
        bulk: whether the body must be larger than all buffers.
        applies: whether the request is read whole, so that it may have been applied.
        connect: seconds for connecting, when other than usual.
    """

    name: str
    fault: Callable[[Scene], Fault] | None = None
    issued: Callable[[Pki], Issued] | None = None
    tls: TlsVariant = faults.MODERN
    refuses_us: bool = False
    crls: Callable[[Pki, Issued, Path], Path] | None = None
    unknown_host: bool = False
    code: str = ""
    asked: float | None = None
    clock_ahead: float = 0.0
    warm: bool = False
    bulk: bool = False
    applies: bool = True
    connect: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Faults of one row that are judged alike.

    Attributes:
        cells: per operation.
        variants: ways to make the fault.
        slow: whether each attempt takes all the time there is.
        name: to tell parts apart.
    """

    cells: Cells
    variants: tuple[Variant, ...]
    slow: bool = False
    name: str = ""

    def cell(self, letter: str) -> Cell:
        return self.cells[LETTERS.index(letter)]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the matrix.

    Attributes:
        number: its number there.
        name: ours.
        letters: per operation, the letters that stand in the matrix.
        parts: the faults; empty for what is no fault of the wire.
        fresh: whether the next call must come over a new connection.
        silent: whether no byte of a request may reach the server.
        stale: whether an older "yes" may stand in for the answer of the OSR (a star in the matrix).
        special: name of the check for what is no fault of the wire.
        note: what the cells check.
    """

    number: int
    name: str
    letters: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    fresh: bool = False
    silent: bool = False
    special: str = ""
    cells: tuple[Cell, ...] = ()
    note: str = ""
    stale: bool = False


def _r(error: Kind, situation: Sit, attempts: int = 3, *, again: bool = True) -> Cell:
    return Cell("R", error, attempts, retryable=True, situation=situation, again=again)


def _v(error: Kind, situation: Sit, *, retryable: bool = True) -> Cell:
    return Cell("V", error, 2, retryable=retryable, situation=situation)


def _h(error: Kind, situation: Sit | None, *, retryable: bool = False) -> Cell:
    return Cell("H", error, 1, retryable=retryable, situation=situation)


def _n(error: Kind, situation: Sit | None) -> Cell:
    return Cell("N", error, 1, situation=situation)


def _s(situation: Sit, attempts: int = 3, error: Kind = Unavailable) -> Cell:
    return Cell("S", error, attempts, retryable=True, situation=situation, again=attempts > 1)


def _d(situation: Sit | None, value: str = "yes") -> Cell:
    return Cell("D", situation=situation, value=value)


def _none(reason: str) -> Cell:
    return Cell("–", reason=reason)


def _all(cell: Cell) -> Cells:
    return (cell, cell, cell, cell, cell, cell)


def _lost(error: Kind, situation: Sit, attempts: int = 3, *, again: bool = True) -> Cells:
    """It may have arrived: again, except for the write that must not be repeated blind."""
    r = _r(error, situation, attempts, again=again)
    return (r, r, r, r, _v(error, situation), r)


def _refused(first: Kind, third: Kind, letters: str, situation: Sit) -> Cells:
    """A status that is typed for a supplier and unexpected from the OSR."""
    kinds = (first, first, third, UnexpectedResponse, UnexpectedResponse, UnexpectedResponse)
    made = [{"H": _h, "N": _n}[letter](kind, situation) for letter, kind in zip(letters, kinds, strict=True)]
    return (made[0], made[1], made[2], made[3], made[4], made[5])


def _status(*statuses: int) -> tuple[Variant, ...]:
    return tuple(Variant(str(status), lambda _, status=status: faults.answer(status)) for status in statuses)


def _own_404(scene: Scene) -> Fault:
    """In the words of who answers: the register does not say what a supplier says."""
    return faults.answer(404, b'{"message": "Mandate not found"}' if scene.letter == "D" else None)


def _asking(status: int, value: str, asked: float | None, date: str | None = None, ahead: float = 0.0) -> Variant:
    return Variant(
        f"{status} after {value!r}",
        lambda _: faults.retry_after(status, value, date=date),
        asked=asked,
        clock_ahead=ahead,
    )


def _defect(defect: Defect | Flaw, code: str = "", tls: TlsVariant = faults.MODERN) -> Variant:
    from support import SUPPLIER_OIN

    return Variant(str(defect), issued=lambda pki: issue_defect(pki, defect, oin=SUPPLIER_OIN), code=code, tls=tls)


def _speaking(name: str, tls: TlsVariant) -> Variant:
    return Variant(name, tls=tls, code="handshake")


def _revoked(name: str, code: str, **how: bool) -> Variant:
    def lists(pki: Pki, server: Issued, _: Path) -> Path:
        return make_crl(pki, [server] if how.get("leaf") else [], **{key: value for key, value in how.items() if key != "leaf"})

    return Variant(name, crls=lists, code=code)


def _of_others(_pki: Pki, _server: Issued, folder: Path) -> Path:
    return make_crl(Pki(folder / "elders"))


def _redirects() -> tuple[Variant, ...]:
    def made(status: int, where: str) -> Variant:
        def fault(scene: Scene) -> Fault:
            places = {"host": scene.elsewhere, "http": scene.elsewhere_plain, "path": ""}
            return faults.redirect(status, f"{places[where]}/elders")

        return Variant(f"{status} {where}", fault)

    return tuple(made(status, where) for status in (301, 302, 303, 307, 308) for where in ("host", "http", "path"))


_NO_BODY = _none("a GET has no body that could break off or stay unread")
_OWN_WORDS = _none("200 and 201 are the own words of the register for done")
_ROW_11 = _none("half of an answer that is needed is row 11, whatever it is half of")
_DATE, _MINUTE_LATER = "Tue, 10 Mar 2026 12:00:00 GMT", "Tue, 10 Mar 2026 12:01:00 GMT"
_WHOLE = (_d(Sit.DELIVERED), _d(Sit.DELIVERED), _d(Sit.FOUND), _d(Sit.FOUND), _d(Sit.FOUND), _d(Sit.FOUND))
_CUT: Cells = (
    _d(Sit.DELIVERED),
    _d(Sit.DELIVERED),
    _r(NoAnswer, Sit.NO_ANSWER),
    _r(NoAnswer, Sit.NO_ANSWER),
    _v(NoAnswer, Sit.NO_ANSWER),
    _d(Sit.FOUND),
)
_LATE = _lost(DeadlineExceeded, Sit.DEADLINE, 1, again=False)
_TLS_HOLD = {
    "theirs": _all(_h(TlsError, Sit.THEIR_CERTIFICATE)),
    "ours": _all(_h(TlsError, Sit.OUR_CERTIFICATE)),
    "settings": _all(_h(TlsError, Sit.TLS_SETTINGS)),
}
_IGNORED = ("-1", "3.5", "1e9", "9" * 20, "120, 60", "١٢٠", "2026-03-10", "", "Tue, 10 Mar 99999 12:00:00 GMT")

_LETTERS_LOST = tuple("RRRRVR")
_LETTERS_HOLD = tuple("HHHHHH")

ROWS: tuple[Row, ...] = (
    Row(
        1,
        "not reached",
        tuple("RRRRRR"),
        (
            Part(
                _all(_r(ConnectError, Sit.NOT_CONNECTED)),
                (
                    Variant("nobody listens", lambda _: faults.refuse_connection()),
                    Variant("unknown host", unknown_host=True),
                ),
            ),
        ),
        stale=True,
    ),
    Row(
        2,
        "connect timeout",
        tuple("RRRRRR"),
        (
            Part(
                _all(_r(ConnectError, Sit.NOT_CONNECTED)),
                (
                    Variant("full queue", lambda _: faults.silent_connect(), connect=0.1),
                    Variant("stalled handshake", lambda _: faults.slow_handshake(), connect=0.1),
                ),
            ),
        ),
        stale=True,
    ),
    Row(
        3,
        "reset after accept",
        _LETTERS_LOST,
        (
            Part(
                _lost(NoAnswer, Sit.NO_ANSWER),
                (Variant("after handshake", lambda _: faults.reset_after_handshake(), applies=False),),
            ),
        ),
        note="With TLS this is a reset after the handshake; one before its end is provably before the request: row 4.",
    ),
    Row(
        4,
        "reset in handshake",
        tuple("RRRRRR"),
        (
            Part(
                _all(_r(ConnectError, Sit.NOT_CONNECTED)),
                (
                    Variant("before handshake", lambda _: faults.reset_after_accept()),
                    Variant("reset", lambda _: faults.reset_during_handshake()),
                    Variant("close", lambda _: faults.close_during_handshake()),
                ),
            ),
        ),
    ),
    Row(
        5,
        "mid-body",
        ("RN", "RN", "–", "–", "VN", "RN"),
        (
            Part(
                (
                    *[_r(NoAnswer, Sit.NO_ANSWER)] * 2,
                    *[_NO_BODY] * 2,
                    _v(NoAnswer, Sit.NO_ANSWER),
                    _r(NoAnswer, Sit.NO_ANSWER),
                ),
                (Variant("reset", lambda _: faults.reset_mid_body(), applies=False),),
                name="reset",
            ),
            Part(
                (
                    *[_n(OngeldigBericht, Sit.INVALID)] * 2,
                    *[_NO_BODY] * 2,
                    *[_n(UnexpectedResponse, Sit.INVALID)] * 2,
                ),
                (
                    Variant("early 413", lambda _: faults.early_status(413), applies=False),
                    Variant("early 413 to much", lambda _: faults.early_status(413), applies=False, bulk=True),
                ),
                name="413",
            ),
        ),
    ),
    Row(
        6,
        "reset after request",
        _LETTERS_LOST,
        (Part(_lost(NoAnswer, Sit.NO_ANSWER), (Variant("reset", lambda _: faults.reset_after_request()),)),),
    ),
    Row(
        7,
        "close without answer",
        _LETTERS_LOST,
        (
            Part(
                _lost(NoAnswer, Sit.NO_ANSWER),
                (
                    Variant("goodbye", lambda _: faults.close_without_answer()),
                    Variant("no goodbye", lambda _: faults.close_without_answer(goodbye=False)),
                    Variant("kept connection", lambda _: faults.close_without_answer(), warm=True),
                ),
            ),
        ),
    ),
    Row(
        8,
        "silent",
        _LETTERS_LOST,
        (Part(_LATE, (Variant("silent", lambda _: faults.silent()),), slow=True),),
        note="The attempt takes all the time of the call: R means that the error is retryable and the next call succeeds.",
    ),
    Row(
        9,
        "slow answer",
        _LETTERS_LOST,
        (
            Part(
                _LATE,
                (
                    Variant("headers", lambda scene: faults.drip_headers(status=scene.status)),
                    Variant("103", lambda _: faults.continue_spam()),
                ),
                slow=True,
                name="head",
            ),
            Part(
                _LATE,
                (
                    Variant(
                        "body",
                        lambda scene: faults.drip_body(status=scene.status, body=scene.body, content_type=scene.kind),
                    ),
                ),
                slow=True,
                name="body",
            ),
        ),
        note="As row 8.",
    ),
    Row(
        10,
        "body not read",
        ("R", "R", "–", "–", "V", "R"),
        (
            Part(
                (*_LATE[:2], _NO_BODY, _NO_BODY, *_LATE[4:]),
                (Variant("never reads", lambda _: faults.never_reads(), bulk=True, applies=False),),
                slow=True,
            ),
        ),
        note="As row 8.",
    ),
    Row(
        11,
        "truncated body",
        ("DH", "DH", "R", "R", "V", "D"),
        (
            Part(
                _CUT,
                (
                    Variant("length", lambda scene: faults.truncated_body(scene.status, scene.kind, scene.body)),
                    Variant(
                        "chunk", lambda scene: faults.truncated_chunk(scene.status, scene.body[:-3], content_type=scene.kind)
                    ),
                ),
                name="answer",
            ),
            Part(
                (*[_h(UnexpectedResponse, Sit.NOT_THEIRS)] * 2, *_CUT[2:]),
                (
                    Variant(
                        "half a page",
                        lambda scene: faults.truncated_body(scene.status, "text/html", b"<!doctype html><p>Log in</p>"),
                    ),
                ),
                name="page",
            ),
        ),
        fresh=True,
    ),
    Row(
        12,
        "wrong length",
        ("D", "D", "RH", "R", "V", "D"),
        (
            Part(
                _CUT,
                (
                    Variant(
                        "too long",
                        lambda scene: faults.content_length_too_long(scene.status, scene.body, content_type=scene.kind),
                    ),
                ),
                name="long",
            ),
            Part(
                (
                    _d(Sit.DELIVERED),
                    _d(Sit.DELIVERED),
                    Cell("H", UnexpectedResponse, 2, retryable=True, again=True),
                    *_CUT[3:],
                ),
                (
                    Variant(
                        "too short",
                        lambda scene: faults.content_length_too_short(
                            scene.status, scene.body, missing=9, content_type=scene.kind
                        ),
                    ),
                ),
                name="short",
            ),
        ),
        fresh=True,
    ),
    Row(
        13,
        "no HTTP",
        _LETTERS_LOST,
        (
            Part(
                _lost(NoAnswer, Sit.NO_ANSWER),
                (
                    Variant("two lengths", lambda scene: faults.two_content_lengths(scene.status)),
                    Variant("status line", lambda _: faults.bad_status_line()),
                    Variant("header flood", lambda scene: faults.header_flood(status=scene.status)),
                ),
            ),
        ),
        fresh=True,
    ),
    Row(
        14,
        "length and chunked",
        tuple("DDDDDD"),
        (
            Part(
                _WHOLE,
                (Variant("both", lambda scene: faults.length_and_chunked(scene.status, scene.body, content_type=scene.kind)),),
            ),
        ),
        fresh=True,
        note="The matrix says 'as body' and 'as status'; body and status are sound here, so that is D.",
    ),
    Row(
        15,
        "204 with body",
        tuple("HHDHHD"),
        (
            Part(
                (
                    _h(UnexpectedResponse, Sit.NOTHING_YET),
                    _h(UnexpectedResponse, Sit.NOTHING_YET),
                    _d(Sit.NOTHING_YET, "nothing"),
                    _h(UnexpectedResponse, Sit.NOTHING_YET),
                    _h(UnexpectedResponse, Sit.NOTHING_YET),
                    _d(Sit.NOTHING_YET),
                ),
                (Variant("with body", lambda _: faults.no_content_with_body()),),
            ),
        ),
        fresh=True,
    ),
    Row(
        16,
        "portal page",
        ("H", "H", "H", "H", "–", "–"),
        (
            Part(
                (
                    *[_h(UnexpectedResponse, Sit.NOT_THEIRS)] * 2,
                    *[_ROW_11] * 2,
                    *[_OWN_WORDS] * 2,
                ),
                (Variant("half a page", lambda _: faults.truncated_body(200, "text/html", b"<!doctype html><p>Log in</p>")),),
                name="half",
            ),
            Part(
                (
                    *[_h(UnexpectedResponse, Sit.NOT_THEIRS)] * 3,
                    _h(UnexpectedResponse, None),
                    *[_OWN_WORDS] * 2,
                ),
                (
                    Variant("200 page", lambda _: faults.html_page(200)),
                    Variant("201 page", lambda _: faults.html_page(201)),
                ),
                name="page",
            ),
        ),
    ),
    Row(17, "500", _LETTERS_LOST, (Part(_lost(Unavailable, Sit.SERVER_ERROR), _status(500)),)),
    Row(18, "502-504-408", _LETTERS_LOST, (Part(_lost(Unavailable, Sit.SERVER_ERROR), _status(502, 504, 408)),)),
    Row(
        19,
        "503",
        tuple("SSSSVS"),
        (
            Part(
                (*[_s(Sit.BUSY)] * 4, _v(Unavailable, Sit.BUSY), _s(Sit.BUSY)),
                (*_status(503), _asking(503, "0", 0)),
                name="soon",
            ),
            Part(
                (
                    *[_s(Sit.BUSY, 1)] * 4,
                    Cell("V", Unavailable, 1, retryable=True, situation=Sit.BUSY),
                    _s(Sit.BUSY, 1),
                ),
                (_asking(503, "120", 120),),
                name="late",
            ),
        ),
        stale=True,
    ),
    Row(
        20,
        "429 with seconds",
        tuple("SSSSSS"),
        (
            Part(_all(_s(Sit.THROTTLED)), (_asking(429, "0", 0),), name="soon"),
            Part(
                _all(_s(Sit.THROTTLED, 1)),
                (_asking(429, "120", 120), _asking(429, " 120 ", 120), _asking(429, "999999999", 6 * 3600)),
                name="late",
            ),
        ),
        stale=True,
    ),
    Row(
        21,
        "429 with date or none",
        tuple("SSSSSS"),
        (
            Part(
                _all(_s(Sit.THROTTLED)),
                (
                    *_status(429),
                    _asking(429, _DATE, 0, date=_DATE),
                    _asking(429, _DATE, 0, date=_MINUTE_LATER),
                    *[_asking(429, value, None) for value in _IGNORED],
                ),
                name="soon",
            ),
            Part(
                _all(_s(Sit.THROTTLED, 1)),
                (
                    _asking(429, _MINUTE_LATER, 60, date=_DATE),
                    _asking(429, _MINUTE_LATER, 60, date=_DATE, ahead=1),
                    _asking(429, _MINUTE_LATER, 60, date=_DATE, ahead=-1),
                ),
                name="late",
            ),
        ),
        stale=True,
    ),
    Row(
        22,
        "redirect",
        _LETTERS_HOLD,
        (Part(_all(_h(RedirectRefused, Sit.REDIRECT)), _redirects()),),
        note="The answer is framed soundly, so the connection may serve the next call; it must succeed either way.",
    ),
    Row(
        23,
        "400-422",
        tuple("NNNNNN"),
        (Part(_refused(OngeldigBericht, OngeldigBericht, "NNNNNN", Sit.INVALID), _status(400, 422)),),
    ),
    Row(
        24,
        "401",
        _LETTERS_HOLD,
        (Part(_refused(GeenMandaat, GeenMandaat, "HHHHHH", Sit.NO_MANDATE), _status(401)),),
        note="A, B: the OSR is asked again by the next look-up, because the kept answer about this school is forgotten.",
    ),
    Row(
        25,
        "403",
        tuple("NNHHHH"),
        (Part(_refused(AanleveringGesloten, UnexpectedResponse, "NNHHHH", Sit.CLOSED), _status(403)),),
    ),
    Row(
        26,
        "404",
        ("H", "H", "NH", "ND", "N", "N"),
        (
            Part(
                (
                    *[_h(LeerlingOnbekend, Sit.NOT_FOUND)] * 2,
                    _n(RapportOnbekend, Sit.NOT_FOUND),
                    _d(Sit.NOT_FOUND, "no"),
                    *[_n(UnexpectedResponse, Sit.NOT_FOUND)] * 2,
                ),
                (Variant("404", _own_404),),
                name="of the peer",
            ),
            Part(
                (
                    *[_h(UnexpectedResponse, Sit.NOT_THEIRS)] * 3,
                    _n(UnexpectedResponse, None),
                    *[_n(UnexpectedResponse, Sit.NOT_FOUND)] * 2,
                ),
                (Variant("404 page", lambda _: faults.html_page(404)),),
                name="of a proxy",
            ),
        ),
        note="D: the register's own 404 is the answer no (D); that of anybody else is final, and no answer about it.",
    ),
    Row(
        27,
        "405",
        tuple("SSHHHH"),
        (
            Part(
                (
                    *[_s(Sit.UNKNOWN_SCHOOL, 1, SchoolOnbekend)] * 2,
                    _h(SchoolOnbekend, Sit.UNKNOWN_SCHOOL),
                    *[_h(UnexpectedResponse, Sit.UNKNOWN_SCHOOL)] * 3,
                ),
                _status(405),
            ),
        ),
    ),
    Row(
        28,
        "their certificate is not of now",
        _LETTERS_HOLD,
        (
            Part(
                _TLS_HOLD["theirs"],
                (_defect(Defect.EXPIRED, "expired"), _defect(Defect.NOT_YET_VALID, "not_yet_valid")),
            ),
        ),
        silent=True,
        stale=True,
    ),
    Row(
        29,
        "their certificate is wrong",
        _LETTERS_HOLD,
        (
            Part(
                _TLS_HOLD["theirs"],
                (
                    _defect(Defect.WRONG_HOST, "wrong_host"),
                    _defect(Flaw.CN_ONLY, "wrong_host"),
                    _defect(Flaw.WILDCARD_TLD, "wrong_host"),
                    _defect(Flaw.WILDCARD_ALL, "wrong_host"),
                    _defect(Defect.OTHER_CA, "untrusted"),
                    _defect(Flaw.SELF_SIGNED, "self_signed"),
                    _defect(Flaw.NO_SERVER_AUTH, "wrong_purpose"),
                    _defect(Flaw.RSA_1024, "weak_key", faults.WEAK_CERTIFICATE),
                    _defect(Flaw.SHA1, "weak_signature", faults.WEAK_CERTIFICATE),
                    _defect(Flaw.INCOMPLETE_CHAIN, "untrusted"),
                ),
            ),
        ),
        silent=True,
    ),
    Row(
        30,
        "revoked or unknown",
        _LETTERS_HOLD,
        (
            Part(
                _TLS_HOLD["theirs"],
                (
                    _revoked("leaf revoked", "revoked", leaf=True),
                    _revoked("intermediate revoked", "revoked", intermediate_revoked=True),
                    _revoked("stale list", "crl_expired", stale=True),
                    _revoked("forged list", "crl_invalid", signed_by_other=True),
                    Variant("list missing", crls=_of_others, code="crl_missing"),
                ),
            ),
        ),
        silent=True,
    ),
    Row(
        31,
        "old or weak TLS",
        _LETTERS_HOLD,
        (
            Part(
                _TLS_HOLD["settings"],
                (
                    _speaking("TLS 1.0", faults.TLS_1_0),
                    _speaking("TLS 1.1", faults.TLS_1_1),
                    _speaking("static RSA", faults.STATIC_RSA),
                    _speaking("DHE", faults.DHE),
                    _speaking("CBC", faults.CBC),
                    _speaking("CCM-8", faults.CCM_8),
                    _speaking("plain HTTP", faults.PLAIN),
                ),
            ),
        ),
        silent=True,
    ),
    Row(
        32,
        "other OIN",
        _LETTERS_HOLD,
        (
            Part(
                _all(_h(WrongPeer, Sit.WRONG_PEER)),
                tuple(map(_defect, (Defect.OTHER_OIN, Defect.NO_OIN, Flaw.TWO_OINS, Flaw.SHORT_OIN))),
            ),
        ),
        silent=True,
    ),
    Row(
        33,
        "our certificate refused",
        _LETTERS_HOLD,
        (
            Part(
                _TLS_HOLD["ours"],
                (
                    Variant("TLS 1.2", tls=faults.TLS_1_2_ONLY, refuses_us=True, code="own_certificate"),
                    Variant("TLS 1.3", tls=faults.TLS_1_3_ONLY, refuses_us=True, code="own_certificate"),
                ),
            ),
        ),
        silent=True,
    ),
    Row(
        34,
        "kill -9",
        _LETTERS_LOST,
        special="killed",
        cells=_LATE,
        note="A process is killed in mid-call, after the peer took the request in; the same call from a new client succeeds "
        "and the state at the peer is that of one call. A report has no file under its name before that. E: the new client "
        "looks first. Before there is an outbox it is the caller who repeats.",
    ),
    Row(
        35,
        "disk full",
        ("D", "D", "H", "–", "D", "D"),
        special="full",
        cells=(
            _d(None),
            _d(None),
            _h(StoreError, Sit.NOT_KEPT),
            _none("a question to the OSR writes nothing to disk"),
            _d(None),
            _d(None),
        ),
        note="A process that may write no file: a report ends in StoreError without any file; the others touch no disk and "
        "succeed. What the matrix says of enqueueing and marking waits for an outbox.",
    ),
    Row(
        36,
        "two at once",
        ("D", "D", "D", "D", "V", "D"),
        special="twice",
        cells=(_d(None), _d(None), _d(None), _d(None), Cell("V"), _d(None)),
        note="Two clients do the same at the same moment: both succeed, and the state at the peer is that of one. The lease of "
        "a worker waits for an outbox. E: one of the two gets no answer, and looks.",
    ),
    Row(
        37,
        "clock skew",
        _LETTERS_HOLD,
        special="skewed",
        cells=_all(Cell("H", TlsError, situation=Sit.THEIR_CERTIFICATE)),
        note="A certificate that ended or starts 400 days from now is H, whatever `now` says; a `now` that is 400 days off or "
        "steps an hour back and forth changes neither a good call, nor the number of attempts, nor the total time.",
    ),
    Row(
        38,
        "SIGTERM",
        _LETTERS_LOST,
        special="terminated",
        cells=_LATE,
        note="As row 34, with SIGTERM: the process ends long before its total time.",
    ),
)
