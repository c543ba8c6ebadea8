"""What is said of the answer to a HEAD: whether the server is there, and whether its clock is like ours."""

from __future__ import annotations

from doorstroom_client.checkup.bevinding import Bevinding, Controlepunt, Staat
from doorstroom_client.checkup.seen import Head, Seen

_MOST_APART = 60
"""Seconds that two clocks may differ."""
_FINE = (401, 404, 405)
"""What a server may answer to a HEAD of its base address, as well as any 2xx."""
_PAGE = "text/html"


def judge_answer(seen: Seen) -> Bevinding | None:
    """Whether the server answers, and as a service would."""
    head, punt = seen.head, Controlepunt.ANSWER
    if head is None or head.fault == "own_certificate":
        return None
    if head.fault:
        return Bevinding(punt, Staat.WRONG, head.fault, *_FAULTS[head.fault])
    staat, code, text, advice = _status(head)
    return Bevinding(punt, staat, code, text, advice)


def _status(head: Head) -> tuple[Staat, str, str, str]:
    page, status = head.media_type == _PAGE, head.status
    told = f"It answers a HEAD with {status}"
    if status in _FINE or 200 <= status < 300:
        if page and status < 300:
            text, advice = f"{told} and a web page.", "Check base_url: a portal, a proxy or a site may have answered"
            return Staat.ATTENTION, "web_page", text, advice
        page_too = ", with a web page" if page else ""
        text = f"The server answers ({status}{page_too}); only a message shows whether the path is right."
        return Staat.OK, "answers", text, ""
    if 300 <= status < 400:
        text = f"{told}, a redirect, and redirects are never followed."
        return Staat.ATTENTION, "redirect", text, "Ask the party for its address, path included, and set base_url"
    if status >= 500:
        by = " by a proxy, as it seems" if page else ""
        text = f"{told}{by}: the service is out of order, or does not know HEAD."
        return Staat.ATTENTION, "server_error", text, "Try again later; when it stays, ask the party"
    if status == 403:
        text = f"{told}: it is there, and does not let this in."
        advice = "Ask the party whether our certificate and our address are let in: often a firewall for web traffic"
        return Staat.ATTENTION, "forbidden", text, advice
    return Staat.ATTENTION, "odd_status", f"{told}, which is unusual.", "Check the path in base_url, and ask the party"


def judge_clock(seen: Seen) -> Bevinding | None:
    """Whether the clocks agree."""
    head, punt = seen.head, Controlepunt.CLOCK
    if head is None or head.fault:
        return None
    if head.at is None or head.ours is None:
        return Bevinding(punt, Staat.NOT_SEEN, "no_date", "The server does not say what time it is.")
    apart = (head.ours - head.at).total_seconds()
    if abs(apart) <= _MOST_APART:
        return Bevinding(punt, Staat.OK, "same", "Its clock and ours agree.")
    which = "ahead of" if apart > 0 else "behind"
    text = f"Our clock is {_spelled(abs(apart))} {which} theirs."
    advice = "Look at the clock of this machine (timedatectl); when it is right, tell the party"
    return Bevinding(punt, Staat.ATTENTION, "apart", text, advice)


def _spelled(seconds: float) -> str:
    for size, word in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds:.0f} seconds"


_FAULTS = {
    "timeout": (
        "The server made the handshake, and then did not answer a HEAD in time.",
        "Ask the party whether the service behind its front door runs",
    ),
    "closed": (
        "The server made the handshake, and closed the connection without an answer.",
        "Ask the party what its log says: often a service that is down, or a certificate that is refused without a word",
    ),
    "not_http": (
        "What answers over TLS is no HTTP.",
        "Check host and port in base_url",
    ),
}
