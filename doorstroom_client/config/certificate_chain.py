"""Each certificate of ours that was found, with its way up: whether its key is there, what is missing and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config.certificate_found import Found, Role, Survey
from doorstroom_client.config.inspection import WARN_DAYS
from doorstroom_client.parties.certificate_check import Chain, Use, by_name, by_signature
from doorstroom_client.parties.x509 import Certificate, is_of_a_person


@frozen
class OwnChain:
    """One of our own certificates with its way up.

    Attributes:
        leaf: ours.
        path: it, followed by its issuers as far as they are there.
        wrong: what the other side would refuse it for, each with the next step.
        odd: what else there is to say.
    """

    leaf: Found
    path: tuple[Found, ...]
    wrong: tuple[str, ...]
    odd: tuple[str, ...]


def chains_of(survey: Survey) -> tuple[OwnChain, ...]:
    """Each of our own certificates with its way up."""
    return tuple(_chain(survey, item) for item in survey.certificates if item.role is Role.LEAF)


def _chain(survey: Survey, leaf: Found) -> OwnChain:
    by_itself = {item.certificate: item for item in survey.certificates}
    others = () if leaf.certificate.is_root else (item for item in by_itself if item is not leaf.certificate)
    use = next(iter(leaf.usages), Use.CLIENT)
    chain = Chain("what was given", "chain", (leaf.certificate, *others), use, survey.now, ordered=False)
    path = chain.path([item.certificate for item in survey.roots], by_signature)
    wrong = [*_of_time(survey, leaf), *_of_key(survey, leaf), *_of_gap(survey, leaf, path), *_of_usage(leaf)]
    wrong += [f"{found.text.removeprefix('chain: ')}. {found.hint}" for found in chain.issuers(path)]
    return OwnChain(leaf, tuple(by_itself[item] for item in path), tuple(wrong), tuple(_odd(survey, leaf, path)))


def _of_time(survey: Survey, leaf: Found) -> Iterator[str]:
    facts = leaf.certificate.facts
    if survey.now > facts.not_after:
        yield f"it ended on {facts.not_after:%Y-%m-%d}. Install the one that took its place, or order one"
    elif survey.now < facts.not_before:
        yield f"it starts on {facts.not_before:%Y-%m-%d}. Wait until then, or check the clock of this machine"


def _of_usage(leaf: Found) -> Iterator[str]:
    if leaf.not_for_tls:
        why, step = leaf.not_for_tls
        yield f"it is not for TLS: {why}. {step}"


def _of_key(survey: Survey, leaf: Found) -> Iterator[str]:
    if not leaf.keys and survey.loose_keys:
        files = ", ".join(item.file for item in survey.loose_keys)
        yield f"the private key in {files} does not belong to it. Give the key that its request was made with"


def _of_gap(survey: Survey, leaf: Found, path: list[Certificate]) -> Iterator[str]:
    top = path[-1]
    if len(path) > 1:
        return
    if top.is_root:
        yield "it is signed by itself, so nobody vouches for it. Use the certificate that was issued to you"
        return
    issuer = f'the intermediate "{top.issuer_name}"'
    if any(by_name(top, item.certificate) for item in survey.certificates):
        yield f"{issuer} that is there has another key than the one that signed it. Get the right one from the provider"
        return
    where = f"its issuer publishes it at {leaf.issuer_at}" if leaf.issuer_at else "ask the provider for it"
    yield f"{issuer} is missing, so others cannot build the chain. Put it beside the other files: {where}"


def _odd(survey: Survey, leaf: Found, path: list[Certificate]) -> Iterator[str]:
    facts = leaf.certificate.facts
    days = (facts.not_after - survey.now).days
    if 0 <= days < WARN_DAYS:
        yield f"it ends in {days} days; order the next one"
    if any("TRIAL" in item.issuer_name.upper() for item in path):
        yield "it is one for tests, under a TRIAL root; keep it out of the configuration of production"
    if is_of_a_person(leaf.certificate):
        yield "it is in the name of a person; the chain asks for one of an organisation"
    elif facts.oin is None:
        yield "it carries no OIN, which the chain asks for"
    if not leaf.keys and not survey.loose_keys:
        closed = ", ".join(item.file for item in survey.keys if not item.key.public)
        yield f"its key may be the one in {closed}: the passphrase shows it" if closed else "its private key is not there"
