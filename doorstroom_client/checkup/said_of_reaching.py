"""What is said of reaching a party: its name, its port, and speaking TLS with it."""

from __future__ import annotations

from collections.abc import Callable

from doorstroom_client.checkup.bevinding import Bevinding, Controlepunt, Staat
from doorstroom_client.checkup.seen import Handshake, Seen
from doorstroom_client.transport.host_names import is_ip_address

_SHOWN = 4
_OUTCOMES = {
    "refused": "refuses the connection",
    "reset": "hangs up at once",
    "timeout": "does not answer",
    "unreachable": "cannot be reached from here",
}
_CHECK_ADDRESS = "Check base_url for a typing error"
_FIREWALL = (
    "Have your network management look whether this machine may go out to it, and ask the party whether your address has to be "
    "let in at their side"
)


def judge_name(seen: Seen) -> Bevinding:
    """Whether the name is known."""
    punt = Controlepunt.NAME
    if seen.slow_name:
        advice = "Look at the DNS settings of this machine; its name server does not answer"
        return Bevinding(punt, Staat.WRONG, "name_timeout", f"{seen.host} could not be looked up in time.", advice)
    if seen.places is None:
        advice = f"{_CHECK_ADDRESS}; try on this machine: getent hosts {seen.host}. Ask the party whether the name is right"
        return Bevinding(punt, Staat.WRONG, "name", f"The name {seen.host} does not resolve on this machine.", advice)
    if is_ip_address(seen.host):
        return Bevinding(punt, Staat.OK, "address", f"{seen.host} is an address, so no name is looked up.")
    more = f" and {len(seen.places) - _SHOWN} more" if len(seen.places) > _SHOWN else ""
    return Bevinding(punt, Staat.OK, "resolves", f"{seen.host} is {', '.join(seen.places[:_SHOWN])}{more}.")


def judge_port(seen: Seen) -> Bevinding | None:
    """Whether a connection can be made."""
    if not seen.tried:
        return None
    punt, last = Controlepunt.PORT, seen.tried[-1]
    if last.outcome == "open":
        silent = [item for item in seen.tried[:-1] if item.outcome != "unreachable"]
        if not silent:
            return Bevinding(punt, Staat.OK, "open", f"Port {seen.port} of {last.place} is open.")
        told = "; ".join(f"{item.place} {_OUTCOMES[item.outcome]}" for item in silent)
        text = f"Port {seen.port} of {last.place} is open, but {told}."
        advice = "Real calls try the addresses in the same order, and lose time. Ask the party whether all addresses still hold"
        return Bevinding(punt, Staat.ATTENTION, "some_closed", text, advice)
    outcomes = {item.outcome for item in seen.tried}
    code = next(code for code in ("timeout", "refused", "reset", "unreachable") if code in outcomes)
    told = "; ".join(f"{item.place} {_OUTCOMES[item.outcome]}" for item in seen.tried[:_SHOWN])
    advice = {
        "refused": "The port is closed. Check the port in base_url, and ask the party whether its service runs",
        "reset": f"Something on the way or at their side breaks it off. {_FIREWALL}",
        "timeout": f"A firewall probably drops it on the way. {_FIREWALL}",
        "unreachable": "This machine has no way to it. Look at its network, its routes and its gateway",
    }[code]
    return Bevinding(punt, Staat.WRONG, code, f"Port {seen.port} cannot be opened: {told}.", advice)


def judge_tls(seen: Seen) -> Bevinding | None:
    """Whether both sides can speak TLS with each other; who they are is judged after that."""
    handshake = seen.handshake
    if handshake is None:
        return None
    punt = Controlepunt.TLS
    if handshake.ended in ("", "verify", "own_certificate"):
        suite = f" with {handshake.suite}" if handshake.suite else ""
        return Bevinding(punt, Staat.OK, "agreed", f"{handshake.version or 'TLS'}{suite}.")
    text, advice = _REFUSALS[handshake.ended](handshake)
    return Bevinding(punt, Staat.WRONG, handshake.ended, text, advice)


def _too_old(handshake: Handshake) -> tuple[str, str]:
    version = f", {handshake.version}," if handshake.version and handshake.version != "TLS 1.2" else ""
    return (
        f"The server speaks an older version of TLS only{version} and this library nothing below TLS 1.2.",
        "Have the party switch on TLS 1.2 and 1.3; older versions are forbidden in the chain",
    )


def _closed(handshake: Handshake) -> tuple[str, str]:
    begun = handshake.version != ""
    when = "in the middle of the TLS handshake" if begun else "before the TLS handshake had begun"
    advice = (
        "Ask the party what its log says at this moment: often an address that is not let in, a load balancer without a "
        "server behind it, or a certificate of ours that it does not accept without saying so"
    )
    return f"The server closed the connection {when}.", advice


def _other(handshake: Handshake) -> tuple[str, str]:
    said = f" ({handshake.alert})" if handshake.alert else ""
    return f"The TLS handshake failed{said}.", "Ask the party what its log says at this moment"


_REFUSALS: dict[str, Callable[[Handshake], tuple[str, str]]] = {
    "silent": lambda _: (
        "The port is open, but the TLS handshake was not done in time.",
        f"Something accepts connections and does not go on: a firewall, or a server that hangs. {_FIREWALL}",
    ),
    "closed": _closed,
    "http": lambda _: (
        "What listens there speaks plain HTTP and no TLS.",
        "Check the port in base_url: https is often another port than http. Else the party has to switch on TLS there",
    ),
    "not_tls": lambda _: (
        "What listens there speaks no TLS: another service, or another protocol.",
        "Check host and port in base_url",
    ),
    "too_old": _too_old,
    "no_cipher": lambda _: (
        "There is no cipher suite that both sides accept, or the server refuses the handshake as a whole.",
        "Have the party switch on ECDHE suites with AES-GCM or ChaCha20; CBC and RSA key exchange are refused here",
    ),
    "unknown_name": lambda _: (
        "The server does not know the host name that is asked for (SNI).",
        f"{_CHECK_ADDRESS}. Ask the party which name its server goes by",
    ),
    "other": _other,
}
