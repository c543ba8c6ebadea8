"""What was found in files about certificates, as a person reads it and as a program does."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli.exit_codes import ExitCode, worst
from doorstroom_client.config.certificate_chain import OwnChain, chains_of
from doorstroom_client.config.certificate_found import Found, FoundKey, Role, Survey, Use

_USAGES = {
    (): ("none", "something else than TLS"),
    (Use.CLIENT,): ("client", "client"),
    (Use.SERVER,): ("server", "server"),
    (Use.CLIENT, Use.SERVER): ("both", "client and server"),
}
"""What a certificate may be shown for, for a program and for a person."""


def code_of_survey(survey: Survey) -> ExitCode:
    """The exit code: ours is not in order, a file cannot be read, there is nothing, or all is well."""
    wrong = ExitCode.CERTIFICATE_OR_MANDATE if any(chain.wrong for chain in chains_of(survey)) else ExitCode.OK
    nothing = ExitCode.REFUSED if survey.is_empty else ExitCode.OK
    return worst([wrong, nothing, ExitCode.STORE if survey.unread else ExitCode.OK])


def show_survey(survey: Survey) -> None:
    """A few lines about each thing that was found; what cannot be read is told at the end."""
    chains = {chain.leaf.certificate: chain for chain in chains_of(survey)}
    for item in survey.certificates:
        _show_certificate(item, survey.now)
        if item.certificate in chains:
            _show_chain(chains[item.certificate])
    for key in survey.keys:
        _show_key(key, [item.name for item in survey.certificates if item.certificate in key.owners])
    for file, found in survey.lists:
        until = "" if found.until is None else f"; a new one has to be there by {found.until:%Y-%m-%d}"
        terminal.show(f'crl: of "{found.issuer}"{until}', style="bold")
        terminal.show(f"  in {file}")
    for file in survey.requests:
        terminal.show(f"request: in {file}; the certificate that was issued for it takes its place", style="bold")
    _tell_roots(survey, terminal.show)
    tell_unread(survey)
    if survey.passed_over:
        terminal.say(f"Passed over: {', '.join(survey.passed_over)}")
    if survey.is_empty:
        terminal.complain("Nothing about certificates was found. Name the files or the folder that the provider sent")


def tell_unread(survey: Survey) -> None:
    """The files that could not be read, with the next step."""
    for item in survey.unread:
        terminal.complain(f"{item.file} {item.problem}. {item.hint}", label="Not read: ")


def _show_certificate(item: Found, now: dt.datetime) -> None:
    facts = item.certificate.facts
    oin = f"OIN {facts.oin}" if facts.oin is not None else ""
    whom = ", ".join(text for text in (f'"{item.name}"', item.organisation, oin) if text)
    terminal.show(f"{item.role}: {whom}", style="bold")
    days = (facts.not_after - now).days
    end = f"ends on {facts.not_after:%Y-%m-%d}, in {days} days" if days >= 0 else f"ended on {facts.not_after:%Y-%m-%d}"
    use = f"for {_USAGES[item.usages][1]}; " if item.role is Role.LEAF else ""
    terminal.show(f"  {use}{end}")
    key = f"; its key in {', '.join(item.keys)}" if item.keys else ""
    terminal.show(f"  in {', '.join(item.files)}{key}")


def show_written(survey: Survey, settings: Mapping[str, str], *, encrypted: bool) -> None:
    """What was written, as settings to copy, and what is still to be done."""
    sections: dict[str, list[str]] = {}
    for setting, path in sorted(settings.items()):
        section, _, key = setting.partition(".")
        sections.setdefault(section, []).append(f"{key} = {json.dumps(path, ensure_ascii=False)}")
    for section, lines in sections.items():
        for line in (f"[{section}]", *lines):
            terminal.show(line)
    if encrypted:
        names = " and ".join(f"DOORSTROOM_{section.upper()}_PASSWORD_FILE" for section in sections)
        terminal.say(f"The key is encrypted: let {names} name a file with the passphrase")
    tell_unread(survey)
    for chain in chains_of(survey):
        for text in (*chain.wrong, *chain.odd):
            terminal.complain(f"{', '.join(chain.leaf.files)}: {text}")
    if "certificate.trust" not in settings:
        terminal.say(
            "No root is trusted by this: certificate.trust names the roots of the other side, which you fetch yourself"
        )
        _tell_roots(survey, terminal.say)


def _tell_roots(survey: Survey, tell: terminal.Teller) -> None:
    """The roots that were sent along, to be compared."""
    if survey.roots:
        tell("A root that was sent along is not trusted by that. Compare its fingerprint (SHA-256) with that of its publisher")
        tell("(for PKIoverheid on cert.pkioverheid.nl), and only then give it with --trust to doorstroom certificaat split:")
    for item in survey.roots:
        tell(f'  "{item.name}": {item.fingerprint}')


def _show_key(item: FoundKey, owners: list[str]) -> None:
    parts = [item.key.kind, "encrypted" if item.key.encrypted else "not encrypted"]
    if item.key.public:
        listed = ", ".join(f'"{name}"' for name in owners)
        parts.append(f"of {listed}" if owners else "of no certificate here")
    else:
        parts.append("not opened without its passphrase")
    terminal.show(f"key: {', '.join(part for part in parts if part)}", style="bold")
    terminal.show(f"  in {item.file}")


def _show_chain(chain: OwnChain) -> None:
    """The way up from a certificate of ours, and what is the matter with it."""
    way = " <- ".join(f'"{item.name}"' for item in chain.path)
    terminal.show(f"  chain: {way}")
    for text in chain.wrong:
        terminal.show(f"  wrong: {text}", style="bold red")
    for text in chain.odd:
        terminal.show(f"  mind: {text}", style="yellow")
    if not (chain.wrong or chain.odd):
        terminal.show("  in order", style="green")


def survey_as_json(survey: Survey) -> dict[str, Any]:
    """What was found about certificates, as a document for programs."""
    code = code_of_survey(survey)
    chains = {chain.leaf.certificate: chain for chain in chains_of(survey)}
    return {
        "ok": code is ExitCode.OK,
        "certificates": [_certificate(item, chains.get(item.certificate), survey.now) for item in survey.certificates],
        "keys": [
            {
                "file": item.file,
                "kind": item.key.kind,
                "encrypted": item.key.encrypted,
                "opened": bool(item.key.public),
                "certificates": [_fingerprint(survey, owner) for owner in item.owners],
            }
            for item in survey.keys
        ],
        "crls": [
            {"file": file, "issuer": item.issuer, "until": item.until and item.until.isoformat()} for file, item in survey.lists
        ],
        "requests": list(survey.requests),
        "unread": [{"file": item.file, "problem": item.problem, "hint": item.hint} for item in survey.unread],
        "passed_over": list(survey.passed_over),
        "exit_code": int(code),
    }


def _certificate(item: Found, chain: OwnChain | None, now: dt.datetime) -> dict[str, Any]:
    facts = item.certificate.facts
    told: dict[str, Any] = {
        "what": item.role.value,
        "name": item.name,
        "organisation": item.organisation,
        "oin": facts.oin,
        "not_before": facts.not_before.isoformat(),
        "not_after": facts.not_after.isoformat(),
        "days": (facts.not_after - now).days,
        "fingerprint": item.fingerprint,
        "files": list(item.files),
        "keys": list(item.keys),
    }
    if chain is not None:
        told["usage"] = _USAGES[item.usages][0]
        told["chain"] = [{"what": step.role.value, "name": step.name, "fingerprint": step.fingerprint} for step in chain.path]
        told |= {"wrong": list(chain.wrong), "mind": list(chain.odd)}
    return told


def _fingerprint(survey: Survey, owner: object) -> str:
    return next(item.fingerprint for item in survey.certificates if item.certificate == owner)
