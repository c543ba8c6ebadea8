"""What is said of the certificates: theirs, which has to be trusted, for this host and of this OIN, and ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from doorstroom_client.checkup.bevinding import Bevinding, Controlepunt, Staat
from doorstroom_client.checkup.chain_shown import ChainFault, Diagnosis, diagnose, read_shown, way_up
from doorstroom_client.checkup.seen import Handshake, Seen
from doorstroom_client.parties.x509 import Certificate, hosts_in
from doorstroom_client.transport.tls_faults import VERIFY_CODES

SOON = 30
"""Days before the end of a certificate at which it needs attention."""
_SHOWN = 5
_LONGEST = 80
_HOST_CODES, _DATE_CODES = ("wrong_host",), ("expired", "not_yet_valid")
_CHAIN_CODES = ("untrusted", "self_signed")
_NO_WAY_UP = (2, 7, 18, 19, 20, 21, 27, 29, 30, 31)
"""Numbers by which OpenSSL says that no way leads up to a root; with others something on that way is not allowed."""
_ABOUT_A_LIST = (5, 15, 16, 33, 35, 36, 44, 54)
"""Numbers that are about a revocation list, which stands at our side, and not about a certificate."""
_OWN_REFUSED = {
    "unknown_ca": "it does not know the root or the intermediate of our certificate",
    "bad_certificate": "it does not accept our certificate",
    "unsupported_certificate": "our certificate is of a kind or for a purpose that it does not accept",
    "certificate_revoked": "it says that our certificate was revoked",
    "certificate_expired": "it says that our certificate has ended",
    "certificate_unknown": "it does not accept our certificate, and does not say why",
    "certificate_required": "it says that it got no certificate of us",
    "access_denied": "it knows our certificate, and does not let it in",
    "decrypt_error": "it cannot verify what our key signed",
}
_SEND_OURS = (
    "Run: doorstroom config check. When that finds nothing, send the party the date and time, our OIN, and the certificate "
    "(never the key), and ask what its log says"
)
_REMAINING: dict[str, tuple[str, str]] = {
    "revoked": ("was revoked", "Tell the party at once; nothing may be sent until it has a new one"),
    "wrong_purpose": ("is not one for servers", "The party has to install a certificate with serverAuth"),
    "weak_key": ("has a key that is too short", "The party has to have a new one made"),
    "weak_signature": ("is signed with a hash that is too weak", "The party has to have a new one made"),
    "crl_missing": ("cannot be looked up in the revocation lists", "Put the list of its issuer in certificate.crls"),
    "crl_expired": ("cannot be looked up: a revocation list has ended", "Put the newest lists in certificate.crls"),
    "crl_not_yet_valid": ("cannot be looked up: a revocation list is not valid yet", "Check the clock of this machine"),
    "crl_invalid": ("cannot be looked up: a revocation list is damaged", "Put the newest lists in certificate.crls"),
}


def judge_chain(seen: Seen) -> Bevinding | None:
    """Whether their certificate leads to a root of ours."""
    handshake, punt = seen.handshake, Controlepunt.CHAIN
    if handshake is None:
        return None
    if not handshake.ended:
        issuer = "".join(f'issued by "{_short(item.issuer_name)}", ' for item in _leaf(handshake))
        return Bevinding(punt, Staat.OK, "complete", f"Complete: {issuer}under a root in certificate.trust.")
    code = _code(handshake)
    if code in _CHAIN_CODES:
        found = diagnose(read_shown(handshake.shown), seen.own, by_itself=code == "self_signed")
        return Bevinding(punt, Staat.WRONG, str(found.fault), *_TOLD[found.fault](found))
    if code in _DATE_CODES or code in _HOST_CODES or not code:
        return None
    if code == "not_accepted":
        return _not_accepted(handshake)
    text, advice = _REMAINING[code]
    return Bevinding(punt, Staat.WRONG, code, f"Their certificate, or one that issued it, {text}.", advice)


def _not_accepted(handshake: Handshake) -> Bevinding:
    """What OpenSSL has more words for than this library; they are fixed, and hold nothing of a certificate."""
    words = handshake.verify_words or f"error {handshake.verify_code}"
    code, what = "not_accepted", "is not accepted"
    advice = "Send the party these words: its issuer knows which certificate is meant, and has to make it anew"
    if handshake.verify_code in _ABOUT_A_LIST:
        code, what = "crl_unusable", "cannot be looked up in a revocation list"
        advice = "Put the newest lists in certificate.crls; when it stays, ask who issues them"
    text = f'Their certificate, or one that issued it, {what}: in the words of OpenSSL, "{words}".'
    return Bevinding(Controlepunt.CHAIN, Staat.WRONG, code, text, advice)


def judge_host(seen: Seen) -> Bevinding | None:
    """Whether their certificate is for the host that was called."""
    handshake, punt = seen.handshake, Controlepunt.HOST
    if handshake is None:
        return None
    if not handshake.ended:
        return Bevinding(punt, Staat.OK, "fits", f"The certificate is for {seen.host}.")
    if _code(handshake) not in _HOST_CODES:
        return None
    names = _names_of(handshake)
    told = f"; it is for {names}" if names else ""
    advice = "Check the host in base_url; else the party has to install a certificate that is for this name"
    return Bevinding(punt, Staat.WRONG, "wrong_host", f"The certificate is not for {seen.host}{told}.", advice)


def judge_oin(seen: Seen) -> Bevinding | None:
    """Whether it is of the organisation that was configured."""
    handshake, punt = seen.handshake, Controlepunt.OIN
    if handshake is None or handshake.ended:
        return None
    shown = handshake.oin
    if seen.expected is None:
        told = f"it shows {shown}" if shown else "it shows none"
        advice = "Ask the party for its OIN and set osr.oin; do not copy it from here"
        return Bevinding(punt, Staat.NOT_SEEN, "not_set", f"No OIN is configured to compare with; {told}.", advice)
    if shown == seen.expected:
        return Bevinding(punt, Staat.OK, "fits", f"OIN {shown}, as configured.")
    advice = "Nothing was sent. Ask the party for its address and its OIN before you change either; do not copy it from here"
    if shown is None:
        text = f"The certificate carries no OIN, or several; {seen.expected} is configured."
        return Bevinding(punt, Staat.WRONG, "no_oin", text, advice)
    text = f"The certificate is of another organisation: OIN {shown}, and {seen.expected} is configured."
    return Bevinding(punt, Staat.WRONG, "other_oin", text, advice)


def judge_own(seen: Seen) -> Bevinding | None:
    """Whether our certificate was accepted, as far as TLS can tell."""
    handshake, head, punt = seen.handshake, seen.head, Controlepunt.OWN
    if handshake is None or (handshake.ended and handshake.ended != "own_certificate"):
        return None
    if handshake.ended or (head is not None and head.fault == "own_certificate"):
        return _own_refused(handshake.alert or (head.alert if head else ""), handshake)
    if handshake.own == "none_shown":
        text = "It was asked for and could not be shown: of all kinds that the server accepts, ours is none."
        advice = "Ask the party which kinds of key and signature its server accepts; ours is fine for most servers"
        return Bevinding(punt, Staat.WRONG, "none_shown", text, advice)
    if head is None:
        return None
    asked = handshake.own == "shown" or head.asked_late
    if asked and head.status in (400, 495, 496) and head.media_type == "text/html":
        text = f"The server took it, and then answered {head.status} with a web page: so nginx refuses a certificate."
        return Bevinding(punt, Staat.WRONG, "refused_in_http", text, _SEND_OURS)
    if asked and head.status == 403:
        text = "The server asked for it, and then answered 403: its TLS took it, and whether it is let in was not seen."
        return Bevinding(punt, Staat.NOT_SEEN, "unproven", text, "Ask the party whether the 403 is about our certificate")
    if handshake.own == "shown" and not head.fault:
        return Bevinding(punt, Staat.OK, "accepted", "The server asked for it and accepts it.")
    if head.asked_late and not head.fault:
        return Bevinding(punt, Staat.OK, "accepted_at_path", "The server asked for it at this path, and accepts it.")
    if handshake.own == "shown":
        text = "The server asked for it; whether it accepts it was not seen, because no answer came."
        return Bevinding(punt, Staat.NOT_SEEN, "unproven", text)
    text = "The server does not ask for it at this path. It may do so at others, and TLS alone cannot prove that."
    advice = "Ask the party whether its server asks for a certificate where messages go; the chain requires it"
    return Bevinding(punt, Staat.NOT_SEEN, "not_asked", text, advice)


def judge_end(seen: Seen) -> Bevinding | None:
    """When their certificate ends."""
    handshake, punt = seen.handshake, Controlepunt.THEIR_END
    if handshake is None:
        return None
    if not handshake.ended:
        ends = [item.facts.not_after for item in _leaf(handshake)]
        advice = "Ask the party whether a new one is on its way"
        return _end(punt, ends[0], seen.now, "Their certificate", advice) if ends else None
    code = _code(handshake)
    if code not in _DATE_CODES:
        return None
    shown = way_up(read_shown(handshake.shown))
    late = next((item for item in shown if _is_out(code, item, seen.now)), None)
    if shown and late is None and code == "expired":
        text = "Every certificate that they sent is valid, so the root above it, in certificate.trust, has ended."
        return Bevinding(punt, Staat.WRONG, "root_expired", text, "Put the root of the next generation in certificate.trust")
    which = f'The certificate "{_short(late.name)}"' if late else "A certificate of theirs"
    if code == "expired":
        when = f" on {late.facts.not_after:%Y-%m-%d}" if late else ""
        advice = "The party has to install a new one. Look at the clock of this machine too"
        days = (late.facts.not_after - seen.now).days if late else None
        return Bevinding(punt, Staat.WRONG, code, f"{which} ended{when}.", advice, days)
    when = f" before {late.facts.not_before:%Y-%m-%d %H:%M} UTC" if late else " yet"
    text = f"{which} is not valid{when}; this machine says that it is {seen.now:%Y-%m-%d %H:%M} UTC."
    return Bevinding(punt, Staat.WRONG, code, text, "Check the clock of this machine first: it may be slow. Else ask the party")


def judge_own_end(seen: Seen) -> Bevinding:
    """When ours ends, or what stands above it in our file."""
    whose, advice = "Our certificate", "Have a new one made now"
    if seen.own.above:
        whose = f'The intermediate "{_short(seen.own.above)}" above our certificate'
        advice = "Ask who issued ours for the newer intermediate, or for a new certificate"
    return _end(Controlepunt.OWN_END, seen.own.ends, seen.now, whose, advice)


def _end(punt: Controlepunt, ends: dt.datetime, now: dt.datetime, whose: str, advice: str) -> Bevinding:
    days = (ends - now).days
    if ends < now:
        return Bevinding(punt, Staat.WRONG, "expired", f"{whose} ended on {ends:%Y-%m-%d}.", advice, days)
    text = f"{whose} is valid until {ends:%Y-%m-%d}, {days} {'day' if days == 1 else 'days'} from now."
    if days < SOON:
        return Bevinding(punt, Staat.ATTENTION, "ends_soon", text, advice, days)
    return Bevinding(punt, Staat.OK, "valid", text, "", days)


def _own_refused(alert: str, handshake: Handshake) -> Bevinding:
    text = _OWN_REFUSED.get(alert, "it ends the handshake right after it")
    told = f"The server refuses our certificate: {text} ({alert})."
    advice = _SEND_OURS
    if alert == "certificate_expired":
        advice = f"Look when ours ends, and whether their clock is right. {_SEND_OURS}"
    elif alert == "certificate_required":
        advice = "Look whether certificate.cert holds the intermediates as well. Ask the party which issuers its server names"
    elif handshake.own == "not_asked":
        advice = f"It was refused because of the path. {_SEND_OURS}"
    return Bevinding(Controlepunt.OWN, Staat.WRONG, alert or "refused", told, advice)


def _incomplete(found: Diagnosis) -> tuple[str, str]:
    text = f'The chain is incomplete: "{_short(found.issuer)}", which issued "{_short(found.at)}", is not sent along.'
    return text, f'The party has to send the intermediate "{_short(found.issuer)}" with its certificate'


def _unclear(found: Diagnosis) -> tuple[str, str]:
    at, issuer = _short(found.at), _short(found.issuer)
    text = f'The chain ends at "{at}", issued by "{issuer}", which is neither sent along nor in certificate.trust.'
    advice = f'If "{issuer}" is an intermediate, the party has to send it too; if it is a root, add it to certificate.trust '
    return text, advice + "when PKIoverheid publishes it"


def _other_root(found: Diagnosis) -> tuple[str, str]:
    advice = "The chain takes PKIoverheid only: ask the party for such a certificate. When this is a new generation of it, or "
    text = f'The certificate is under another root, "{_short(found.issuer)}", which is not in certificate.trust.'
    return text, advice + "the one for tests, add its root from the site of PKIoverheid itself"


_TOLD: dict[ChainFault, Callable[[Diagnosis], tuple[str, str]]] = {
    ChainFault.INCOMPLETE: _incomplete,
    ChainFault.UNCLEAR: _unclear,
    ChainFault.OTHER_ROOT: _other_root,
    ChainFault.SELF_SIGNED: lambda found: (
        f"The certificate{_named(found.at)} was signed by itself and by no issuer.",
        "The party has to install a certificate of PKIoverheid; this is often the one that a server was delivered with",
    ),
    ChainFault.OTHER_KEY: lambda found: (
        f'The chain ends at "{_short(found.issuer)}": a root of that name is in certificate.trust, but with another key.',
        "One of the two is of another generation, or made for tests. Compare the root with the site of PKIoverheid",
    ),
    ChainFault.UNSEEN: lambda _: (
        "The certificate does not lead to a root in certificate.trust. Which one it lacks cannot be seen under TLS 1.3.",
        "Ask the party whether its server sends every intermediate, and under which root its certificate is",
    ),
}


def _named(name: str) -> str:
    return f' "{_short(name)}"' if name else ""


def _code(handshake: Handshake) -> str:
    if handshake.ended != "verify":
        return ""
    other = "untrusted" if handshake.verify_code in _NO_WAY_UP else "not_accepted"
    return VERIFY_CODES.get(handshake.verify_code, other)


def _leaf(handshake: Handshake) -> tuple[Certificate, ...]:
    """The one that was verified; none when it is written in a way that OpenSSL reads and we do not."""
    return read_shown([handshake.certificate])


def _is_out(code: str, certificate: Certificate, now: dt.datetime) -> bool:
    """Whether it is this one that has ended, or that is not valid yet."""
    return certificate.facts.not_after < now if code == "expired" else now < certificate.facts.not_before


def _names_of(handshake: Handshake) -> str:
    try:
        names = hosts_in(handshake.shown[0]) if handshake.shown else ()
    except ValueError:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(_short(name) for name in names[:_SHOWN]) + more


def _short(text: str) -> str:
    """A text out of a certificate of somebody else: bounded, and on one line."""
    kept = "".join(letter if letter.isprintable() else "?" for letter in text[:_LONGEST])
    return kept if len(text) <= _LONGEST else f"{kept}…"
