"""Why a sender was not let in (401): one list, for events and the docs. It is for our own log; a sender is never told."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a request was answered with 401; the text stands in the event."""

    meaning: str

    NO_CERTIFICATE = "no certificate", "no client certificate reached us: the sender showed none, or the server hands none on"
    NOT_VERIFIED = "certificate not verified", "the server says that TLS did not verify the certificate"
    UNNAMED = "no name", "a `peer` function of your own named nobody"
    UNTRUSTED = (
        "address not trusted",
        "the connection comes from an address that is not in `proxy_trusted`, or that a header names",
    )
    NO_HEADER = "no certificate header", "the proxy sent no header with a certificate"
    OTHER_FORM = "certificate header of another form", "it is there more than once, or is not what `proxy_format` says"
    TOO_LONG = "chain too long", "more certificates came along than a chain can have, or one that is of no authority"
    NO_CHAIN = "no chain to a root", "the certificate does not lead to a trusted root, or an issuer on the way is not valid"
    NOT_YET = "certificate not valid yet", "its validity begins later; look at the clock too"
    ENDED = "certificate has ended", "it was valid until a moment that has passed"
    UNFIT = "certificate not for clients or too weak", "it does not name clientAuth, or its key is too short"
    REVOKED = "certificate revoked", "a revocation list names it or its issuer, or no list in force covers it"
    NO_OIN = "no OIN", "there is not exactly one OIN in it"
    OURS = "our own OIN", "it is the certificate of this LAS, which no supplier has"
    OTHER_SCHOOL = "another school", "edu-from is not the School OIN of the school that edu-to belongs to"
    NOT_MANDATED = "not mandated", "the OSR says that the school has not mandated the sender"

    def __new__(cls, text: str, meaning: str) -> Reason:
        """A text, with what it means."""
        made = str.__new__(cls, text)
        made._value_ = text
        made.meaning = meaning
        return made
