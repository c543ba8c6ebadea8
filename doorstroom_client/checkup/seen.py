"""What a look at a connection came to, as plain facts: nothing is judged here, and nothing of a message stands in it."""

from __future__ import annotations

import datetime as dt

from doorstroom_client.basics.frozen import frozen


@frozen
class Tried:
    """An address, and whether a connection could be made to it.

    Attributes:
        place: the address.
        outcome: ``open``, ``refused``, ``reset``, ``timeout`` or ``unreachable``.
    """

    place: str
    outcome: str


@frozen
class Handshake:
    """How a TLS handshake went.

    Attributes:
        ended: empty when it was made; else why not: ``silent``, ``closed``, ``http``, ``not_tls``, ``too_old``, ``no_cipher``,
            ``unknown_name``, ``own_certificate``, ``verify`` or ``other``.
        version: as agreed on, else as the server wanted it; empty when that was not seen.
        suite: the cipher suite, when it was made.
        alert: what the server said in refusing, in the words of TLS.
        verify_code: what OpenSSL refused of the certificate of the server.
        verify_words: the same in the words of OpenSSL, which are fixed.
        shown: the certificates of the server as they passed, not verified.
        certificate: that of the server, verified; empty when the handshake was not made.
        oin: the one in it.
        own: what became of our certificate: ``shown``, ``none_shown`` or ``not_asked``.
    """

    ended: str = ""
    version: str = ""
    suite: str = ""
    alert: str = ""
    verify_code: int = 0
    shown: tuple[bytes, ...] = ()
    certificate: bytes = b""
    oin: str | None = None
    own: str = ""
    verify_words: str = ""


@frozen
class Head:
    """What came of a HEAD.

    Attributes:
        fault: empty when there was an answer; else ``timeout``, ``closed``, ``not_http`` or ``own_certificate``.
        status: of the answer.
        media_type: of the answer, in lower case.
        alert: what the server said in refusing our certificate.
        asked_late: whether our certificate was shown only now, because of the path.
        at: the moment on its clock.
        ours: the moment on ours.
    """

    fault: str = ""
    status: int = 0
    media_type: str = ""
    alert: str = ""
    asked_late: bool = False
    at: dt.datetime | None = None
    ours: dt.datetime | None = None


@frozen
class Own:
    """Our side of it.

    Attributes:
        ends: when the first ends of our certificate and the intermediates above it.
        intermediates: names of the intermediates in our file, as DER.
        trusted: names of what stands in the trust files, as DER.
        above: the name of the intermediate that ends first; empty when our certificate does.
    """

    ends: dt.datetime
    intermediates: tuple[bytes, ...] = ()
    trusted: tuple[bytes, ...] = ()
    above: str = ""


@frozen(kw_only=True)
class Seen:
    """Everything that was seen of one party, in the order of looking; what comes after a failure is not there.

    Attributes:
        host: who was looked for.
        port: where.
        expected: the OIN that the certificate must carry; None when it is not configured.
        own: our side.
        now: the moment of looking.
        places: addresses of the host; None when the name gave none.
        slow_name: whether the name was still being looked up when the time was over.
        tried: the addresses that were tried, the one that answered last.
        handshake: over it.
        head: what came of the HEAD.
    """

    host: str
    port: int
    expected: str | None
    own: Own
    now: dt.datetime
    places: tuple[str, ...] | None = None
    slow_name: bool = False
    tried: tuple[Tried, ...] = ()
    handshake: Handshake | None = None
    head: Head | None = None
