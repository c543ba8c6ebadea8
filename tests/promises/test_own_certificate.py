"""Promise T6: our own certificate, judged before anybody else does it. Every set-up here is made with the program openssl."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.ssl_maker import LEGACY, OPENSSL, Authority, Leaf, make_key, needs_openssl, openssl, together
from support.wire import handshake
from typer.testing import CliRunner

from doorstroom_client import AsyncClient, Client, parties
from doorstroom_client.cli._app import app
from doorstroom_client.config.reader import load_settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.events import Event
from doorstroom_client.parties.setting_file import SecurityWarning
from doorstroom_client.transport.tls import client_context, server_context

pytestmark = needs_openssl
CLIENT, SERVER = "clientAuth", "serverAuth"


class Wereld(SimpleNamespace):
    """Two roots, one for clients and one for servers, with an intermediate each."""

    root: Authority
    middle: Authority
    other_root: Authority
    other_middle: Authority
    las: Leaf
    both: Leaf
    server: Leaf


@pytest.fixture(scope="module")
def wereld(tmp_path_factory: pytest.TempPathFactory) -> Wereld:
    folder = tmp_path_factory.mktemp("openssl")
    root = Authority(folder / "root", "Root Clients")
    middle = Authority(folder / "middle", "Issuer Clients", root)
    other_root = Authority(folder / "other-root", "Root Servers")
    other_middle = Authority(folder / "other-middle", "Issuer Servers", other_root)
    return Wereld(
        root=root,
        middle=middle,
        other_root=other_root,
        other_middle=other_middle,
        las=middle.leaf("las", CLIENT),
        both=middle.leaf("both", f"{CLIENT},{SERVER}"),
        server=other_middle.leaf("server", SERVER),
    )


class SetUp:
    """One configuration, in a folder of its own: sound, until a test changes something."""

    def __init__(self, folder: Path, wereld: Wereld) -> None:
        self.folder, self.wereld = folder, wereld
        self.cert = together(folder / "las.pem", wereld.both.cert, wereld.middle.cert)
        self.key = together(folder / "las.key", wereld.both.key)
        self.trust = together(folder / "trust.pem", wereld.root.cert)
        self.certificate: dict[str, str] = {"cert": "las.pem", "key": "las.key", "trust": "trust.pem"}
        self.serve: dict[str, str] = {"host": "127.0.0.1"}

    def chain(self, *parts: Path) -> None:
        together(self.cert, *parts)

    def use(self, leaf: Leaf) -> None:
        self.chain(leaf.cert, self.wereld.middle.cert)
        together(self.key, leaf.key)

    def write(self) -> Path:
        path = self.folder / "doorstroom.toml"
        sections = {"certificate": self.certificate, "serve": self.serve}
        text = "".join(
            f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
            for name, values in sections.items()
            if values
        )
        path.write_text(f'auteur = "Test LAS"\nschooljaar = "2025-2026"\n{text}')
        path.chmod(0o600)
        return path

    def check(self) -> tuple[int, dict[str, Any]]:
        result = CliRunner().invoke(app, ["config", "check", "--json", "--config", str(self.write())])
        return result.exit_code, {item["check"]: item for item in json.loads(result.stdout)["checks"]}

    def health(self) -> tuple[int, dict[str, Any]]:
        result = CliRunner().invoke(app, ["health", "--json", "--config", str(self.write())])
        return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def opzet(tmp_path: Path, wereld: Wereld) -> SetUp:
    return SetUp(tmp_path, wereld)


Make = Callable[[SetUp, Wereld], Any]
BROKEN: dict[str, tuple[str, str, str, Make]] = {}
"""What is wrong -> row of the check, setting, what the sentence says, how it is made."""


def broken(row: str, setting: str, text: str) -> Callable[[Make], Make]:
    def note(make: Make) -> Make:
        BROKEN[make.__name__] = row, setting, text, make
        return make

    return note


@broken("certificate", "certificate.cert", "cannot read")
def no_file(it: SetUp, wereld: Wereld) -> None:
    it.cert.unlink()


@broken("certificate", "certificate.cert", "not a file of less than 10 MiB")
def a_pipe(it: SetUp, wereld: Wereld) -> None:
    it.cert.unlink()
    os.mkfifo(it.cert, 0o600)


@broken("certificate", "certificate.key", "not a file of less than 10 MiB")
def a_key_without_end(it: SetUp, wereld: Wereld) -> None:
    it.key.unlink()
    it.key.symlink_to("/dev/zero")


@broken("certificate", "certificate.trust", "not a file of less than 10 MiB")
def something_large_for_roots(it: SetUp, wereld: Wereld) -> None:
    with it.trust.open("ab") as file:
        file.truncate(11 * 1024 * 1024)


@broken("certificate", "certificate.cert", "is empty")
def an_empty_file(it: SetUp, wereld: Wereld) -> None:
    it.cert.write_bytes(b"")


@broken("certificate", "certificate.cert", "is encrypted; give its passphrase (certificate.password)")
def p12_without_a_passphrase(it: SetUp, wereld: Wereld) -> None:
    p12(it, wereld.both)
    del it.certificate["password"]


@broken("certificate", "certificate.cert", "its passphrase is wrong, or it is damaged (certificate.password)")
def p12_with_a_wrong_passphrase(it: SetUp, wereld: Wereld) -> None:
    p12(it, wereld.both)
    it.certificate["password"] = "fout"


@broken("certificate", "certificate.key", "las.pem holds certificates and no private key")
def p12_without_a_key(it: SetUp, wereld: Wereld) -> None:
    p12(it, wereld.both, "-nokeys")


@broken("serve", "serve.certificate", "its passphrase is wrong, or it is damaged (serve.password)")
def the_receiver_has_a_p12_with_a_wrong_passphrase(it: SetUp, wereld: Wereld) -> None:
    made = it.folder / "server.p12"
    openssl(
        "pkcs12", "-export", "-in", wereld.server.cert, "-inkey", wereld.server.key, "-passout", "pass:geheim", "-out", made
    )
    made.chmod(0o600)
    it.serve |= {"certificate": made.name, "password": "fout"}


@broken("certificate", "certificate.cert", "it is a folder")
def a_folder(it: SetUp, wereld: Wereld) -> None:
    it.certificate["cert"] = "."


@broken("certificate", "certificate.trust", "roots are never taken from one")
def roots_in_a_p12(it: SetUp, wereld: Wereld) -> None:
    openssl("pkcs12", "-export", "-nokeys", "-in", wereld.root.cert, "-passout", "pass:geheim", "-out", it.trust)


@broken("certificate", "certificate.cert", "certificate request")
def the_request(it: SetUp, wereld: Wereld) -> None:
    together(it.cert, wereld.both.cert.with_suffix(".csr"))


@broken("certificate", "certificate.cert", "holds a private key and no certificate")
def key_and_certificate_swapped(it: SetUp, wereld: Wereld) -> None:
    it.certificate |= {"cert": "las.key", "key": "las.pem"}


@broken("certificate", "certificate.cert", "cut short")
def cut_short(it: SetUp, wereld: Wereld) -> None:
    it.cert.write_bytes(it.cert.read_bytes()[:400])


@broken("certificate", "certificate.cert", "is damaged or cut short. Copy")
def set_in(it: SetUp, wereld: Wereld) -> None:
    it.cert.write_bytes(b"".join(b"    " + line for line in it.cert.read_bytes().splitlines(keepends=True)))


@broken("certificate", "certificate.cert", "holds certificates of issuers only")
def only_issuers(it: SetUp, wereld: Wereld) -> None:
    it.chain(wereld.middle.cert, wereld.root.cert)


@broken("certificate", "certificate.cert", 'lacks the intermediate "Issuer Clients"')
def a_mark_in_the_middle(it: SetUp, wereld: Wereld) -> None:
    it.cert.write_bytes(wereld.both.cert.read_bytes() + b"\xef\xbb\xbf" + wereld.middle.cert.read_bytes())


@broken("certificate", "certificate.cert", "its key is too small")
def a_small_key(it: SetUp, wereld: Wereld) -> None:
    it.use(wereld.middle.leaf("klein", f"{CLIENT},{SERVER}", rsa=1024))


@broken("certificate", "certificate.cert", "ended on")
def ended(it: SetUp, wereld: Wereld) -> None:
    it.use(wereld.middle.leaf("oud", CLIENT, days=(-30, -2)))


@broken("certificate", "certificate.cert", "starts on")
def not_yet(it: SetUp, wereld: Wereld) -> None:
    it.use(wereld.middle.leaf("nieuw", CLIENT, days=(5, 300)))


@broken("certificate", "certificate.cert", "no clientAuth")
def only_for_servers(it: SetUp, wereld: Wereld) -> None:
    it.use(wereld.middle.leaf("alleen-server", SERVER))


@broken("certificate", "certificate.cert", "no digitalSignature")
def for_encryption(it: SetUp, wereld: Wereld) -> None:
    it.use(wereld.middle.leaf("versleuteling", CLIENT, extra=["keyUsage=critical,keyEncipherment"], rsa=2048))


@broken("serve", "certificate.cert", "no serverAuth")
def only_for_clients(it: SetUp, wereld: Wereld) -> None:
    it.use(wereld.las)


@broken("serve", "serve.certificate", "serve.certificate: server.pem is not for receiving results: its extendedKeyUsage has no")
def the_receiver_has_one_for_clients(it: SetUp, wereld: Wereld) -> None:
    together(it.folder / "server.pem", wereld.las.cert, wereld.middle.cert)
    it.serve |= {"certificate": "server.pem", "key": str(wereld.las.key)}


@broken("serve", "serve.key", "serve.key: the private key does not belong")
def the_receiver_has_another_key(it: SetUp, wereld: Wereld) -> None:
    together(it.folder / "server.pem", wereld.server.cert, wereld.other_middle.cert)
    it.serve |= {"certificate": "server.pem", "key": str(wereld.las.key)}


@broken("certificate", "certificate.key", "certificate.key: the private key does not belong")
def another_key(it: SetUp, wereld: Wereld) -> None:
    make_key(it.key)


@broken("certificate", "certificate.key", "cannot read")
def no_key(it: SetUp, wereld: Wereld) -> None:
    it.key.unlink()


@broken("certificate", "certificate.key", "public key only")
def a_public_key(it: SetUp, wereld: Wereld) -> None:
    openssl("pkey", "-in", wereld.both.key, "-pubout", "-out", it.key)


@broken("certificate", "certificate.key", "encrypted; give its passphrase")
def no_passphrase(it: SetUp, wereld: Wereld) -> None:
    encrypt(it, "-v2", "aes-256-cbc")
    del it.certificate["password"]


@broken("certificate", "certificate.key", "the passphrase is wrong")
def a_wrong_passphrase(it: SetUp, wereld: Wereld) -> None:
    encrypt(it, "-v2", "aes-256-cbc")
    it.certificate["password"] = "fout"


@broken("certificate", "certificate.key", "PBE-MD5-DES")
def pbe_md5_des(it: SetUp, wereld: Wereld) -> None:
    encrypt(it, "-v1", "PBE-MD5-DES", *LEGACY)


@broken("certificate", "certificate.key", "PBE-SHA1-RC2-40")
def pbe_rc2(it: SetUp, wereld: Wereld) -> None:
    encrypt(it, "-v1", "PBE-SHA1-RC2-40", *LEGACY)


@broken("certificate", "certificate.key", "encrypted with DES-CBC")
def traditional_des(it: SetUp, wereld: Wereld) -> None:
    it.use(wereld.middle.leaf("rsa-des", f"{CLIENT},{SERVER}", rsa=2048))
    openssl("rsa", "-in", it.key, "-traditional", "-des", "-passout", "pass:geheim", "-out", it.key, *LEGACY)
    it.certificate["password"] = "geheim"


@broken("certificate", "certificate.cert", 'lacks the intermediate "Issuer Clients"')
def no_intermediate(it: SetUp, wereld: Wereld) -> None:
    it.chain(wereld.both.cert)


@broken("certificate", "certificate.cert", "it stands in the trust file only")
def intermediate_in_trust_only(it: SetUp, wereld: Wereld) -> None:
    it.chain(wereld.both.cert)
    together(it.trust, wereld.root.cert, wereld.middle.cert)


@broken("certificate", "certificate.cert", 'the wrong order: "Issuer Clients", "both"')
def leaf_last(it: SetUp, wereld: Wereld) -> None:
    it.chain(wereld.middle.cert, wereld.both.cert)


@broken("certificate", "certificate.cert", 'the wrong order: "both", "Root Clients", "Issuer Clients"')
def root_in_the_middle(it: SetUp, wereld: Wereld) -> None:
    it.chain(wereld.both.cert, wereld.root.cert, wereld.middle.cert)


@broken("certificate", "certificate.cert", 'the intermediate "Issuer Clients" in las.pem ended on')
def intermediate_ended(it: SetUp, wereld: Wereld) -> None:
    old = wereld.middle.certify(wereld.root, it.folder / "old.pem", (-30, -3))
    it.chain(wereld.both.cert, old)


@broken("certificate", "certificate.cert", "has another key than the one that signed")
def intermediate_of_another_key(it: SetUp, wereld: Wereld) -> None:
    it.chain(wereld.both.cert, Authority(it.folder / "namesake", "Issuer Clients", wereld.root).cert)


@broken("certificate", "certificate.cert", "basicConstraints has no CA")
def issued_by_a_leaf(it: SetUp, wereld: Wereld) -> None:
    signer = Authority(it.folder / "signer", "No Authority", wereld.root)
    it.use(signer.leaf("onder", f"{CLIENT},{SERVER}"))
    plain = wereld.root.sign(signer.key, it.folder / "plain.pem", "/CN=No Authority", ["basicConstraints=CA:FALSE"])
    it.chain(signer.folder / "onder.pem", plain)


@broken("certificate", "certificate.cert", "signed by itself")
def self_signed(it: SetUp, wereld: Wereld) -> None:
    openssl("req", "-x509", "-new", "-key", it.key, "-subj", "/CN=zelf", "-days", "30", "-out", it.cert)


@broken("certificate", "certificate.trust", "holds no root")
def trust_without_root(it: SetUp, wereld: Wereld) -> None:
    together(it.trust, wereld.middle.cert)


def p12(it: SetUp, leaf: Leaf, *how: object, password: str = "geheim") -> None:
    """In place of everything: one PKCS#12 file."""
    key = () if "-nokeys" in how else ("-inkey", leaf.key)
    openssl("pkcs12", "-export", "-in", leaf.cert, *key, "-passout", f"pass:{password}", "-out", it.cert, *how)
    it.cert.chmod(0o600)
    it.key.unlink()
    del it.certificate["key"]
    it.certificate["password"] = password


def encrypt(it: SetUp, *how: str) -> None:
    openssl("pkcs8", "-topk8", "-in", it.wereld.both.key, "-out", it.key, "-passout", "pass:geheim", *how)
    it.certificate["password"] = "geheim"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_set_up_has_its_own_sentence(name: str, opzet: SetUp, wereld: Wereld) -> None:
    row, setting, text, make = BROKEN[name]
    make(opzet, wereld)
    code, rows = opzet.check()
    assert (code, rows[row]["state"]) == (77 if name in ("ended", "not_yet") else 78, "error"), rows
    said = rows[row]["text"]
    assert text in said
    assert setting in said
    assert re.search(r"[.!?;] \w", said), "a next step"
    assert "geheim" not in said


def test_no_two_of_them_share_a_sentence(tmp_path: Path, wereld: Wereld) -> None:
    said: dict[str, str] = {}
    for name, (row, _, _, make) in BROKEN.items():
        folder = tmp_path / name / "same"
        folder.mkdir(parents=True)
        opzet = SetUp(folder, wereld)
        make(opzet, wereld)
        said[name] = opzet.check()[1][row]["text"].replace(str(tmp_path / name), "")
    assert len(set(said.values())) >= 30  # a file that is set in is damaged, and a part that is not seen is missing


TOLD = ["no_intermediate", "leaf_last", "root_in_the_middle", "intermediate_ended", "trust_without_root", "issued_by_a_leaf"]
STOPPED = [
    "only_for_servers",
    "ended",
    "not_yet",
    "another_key",
    "pbe_md5_des",
    "p12_without_a_passphrase",
    "p12_without_a_key",
    "for_encryption",
]


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_gap_or_an_order_is_told_at_the_start_and_stops_nothing(name: str, kind: Any, opzet: SetUp, wereld: Wereld) -> None:
    _, _, text, make = BROKEN[name]
    make(opzet, wereld)
    events: list[Event] = []
    kind(certificate=load_settings(opzet.write()).own_certificate, auteur="T", on_event=events.append)
    (event,) = events
    assert (event.action, event.serious) == ("certificate", True)
    assert text in event.result


@pytest.mark.parametrize("name", STOPPED)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_what_cannot_be_used_is_found_at_the_start(name: str, kind: Any, opzet: SetUp, wereld: Wereld) -> None:
    _, setting, text, make = BROKEN[name]
    make(opzet, wereld)
    with pytest.raises(ConfigurationError) as caught:
        kind(certificate=load_settings(opzet.write()).own_certificate, auteur="T")
    assert caught.value.setting == setting
    assert text in caught.value.message
    assert caught.value.hint


# --- sound ---

SOUND: dict[str, Make] = {}


def sound(make: Make) -> Make:
    SOUND[make.__name__] = make
    return make


@sound
def as_issued(it: SetUp, wereld: Wereld) -> None:
    pass


@sound
def two_leaves_of_one_purpose_from_two_roots(it: SetUp, wereld: Wereld) -> None:
    it.use(wereld.las)
    together(it.folder / "server.pem", wereld.server.cert, wereld.other_middle.cert)
    openssl(
        *("pkcs8", "-topk8", "-in", wereld.server.key, "-out", it.folder / "server.key", "-passout", "pass:anders"),
    )
    (it.folder / "server.key").chmod(0o600)
    it.serve |= {"certificate": "server.pem", "key": "server.key", "password": "anders"}
    together(it.trust, wereld.root.cert, wereld.other_root.cert)


@sound
def rsa_with_a_passphrase(it: SetUp, wereld: Wereld) -> None:
    it.use(wereld.middle.leaf("rsa", f"{CLIENT},{SERVER}", rsa=2048))
    openssl("rsa", "-in", it.key, "-traditional", "-aes256", "-passout", "pass:geheim", "-out", it.key)
    it.certificate["password"] = "geheim"


@sound
def triple_des_is_old_and_readable(it: SetUp, wereld: Wereld) -> None:
    encrypt(it, "-v1", "PBE-SHA1-3DES")


@sound
def root_included(it: SetUp, wereld: Wereld) -> None:
    it.chain(wereld.both.cert, wereld.middle.cert, wereld.root.cert)


@sound
def p12_with_the_root_and_the_intermediate_in_the_wrong_order(it: SetUp, wereld: Wereld) -> None:
    p12(it, wereld.both, "-certfile", together(it.folder / "others.pem", wereld.root.cert, wereld.middle.cert))


@sound
def p12_as_windows_exports_it(it: SetUp, wereld: Wereld) -> None:
    p12(it, wereld.both, "-legacy", "-certfile", wereld.middle.cert)  # 3DES for the key, RC2-40 for the certificates


@sound
def p12_of_triple_des(it: SetUp, wereld: Wereld) -> None:
    how = "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"
    p12(it, wereld.middle.leaf("rsa-p12", f"{CLIENT},{SERVER}", rsa=2048), *how, "-certfile", wereld.middle.cert)


@sound
def p12_with_an_empty_passphrase(it: SetUp, wereld: Wereld) -> None:
    p12(it, wereld.both, "-certfile", wereld.middle.cert, password="")


@sound
def p12_without_encryption(it: SetUp, wereld: Wereld) -> None:
    p12(it, wereld.both, "-certfile", wereld.middle.cert, "-keypbe", "NONE", "-certpbe", "NONE", "-nomac")
    del it.certificate["password"]


@sound
def p12_with_the_key_apart(it: SetUp, wereld: Wereld) -> None:
    p12(it, wereld.both, "-nokeys", "-certfile", wereld.middle.cert)
    it.certificate["key"] = together(it.key, wereld.both.key).name


@sound
def p12_in_both_places(it: SetUp, wereld: Wereld) -> None:
    two_leaves_of_one_purpose_from_two_roots(it, wereld)
    p12(it, wereld.las, "-certfile", wereld.middle.cert)
    server = ("-in", wereld.server.cert, "-inkey", wereld.server.key, "-certfile", wereld.other_middle.cert)
    openssl("pkcs12", "-export", *server, "-passout", "pass:anders", "-out", it.folder / "server.pem")
    (it.folder / "server.pem").chmod(0o600)
    del it.serve["key"]


@sound
def p7b_and_a_key_in_der(it: SetUp, wereld: Wereld) -> None:
    chain = ("-certfile", wereld.middle.cert, "-certfile", wereld.root.cert, "-certfile", wereld.both.cert)
    openssl("crl2pkcs7", "-nocrl", *chain, "-outform", "DER", "-out", it.cert)
    openssl("pkey", "-in", wereld.both.key, "-outform", "DER", "-out", it.key)


@sound
def p7b_in_pem_and_an_encrypted_key_in_der(it: SetUp, wereld: Wereld) -> None:
    openssl("crl2pkcs7", "-nocrl", "-certfile", wereld.both.cert, "-certfile", wereld.middle.cert, "-out", it.cert)
    encrypt(it, "-v2", "aes-256-cbc", "-outform", "DER")


@sound
def der_below_the_root(it: SetUp, wereld: Wereld) -> None:
    leaf = wereld.root.leaf("recht", f"{CLIENT},{SERVER}")
    openssl("x509", "-in", leaf.cert, "-outform", "DER", "-out", it.cert)
    together(it.key, leaf.key)


@sound
def roots_in_der(it: SetUp, wereld: Wereld) -> None:
    openssl("x509", "-in", wereld.root.cert, "-outform", "DER", "-out", it.trust)


@sound
def roots_in_a_p7b(it: SetUp, wereld: Wereld) -> None:
    openssl("crl2pkcs7", "-nocrl", "-certfile", wereld.root.cert, "-certfile", wereld.middle.cert, "-out", it.trust)


@sound
def trusted_certificates_of_openssl(it: SetUp, wereld: Wereld) -> None:
    parts = [it.folder / f"{at}.pem" for at in range(2)]
    for part, given in zip(parts, (wereld.both.cert, wereld.middle.cert), strict=True):
        openssl("x509", "-in", given, "-trustout", "-addtrust", "clientAuth", "-out", part)
    it.chain(*parts)


@sound
def each_certificate_twice(it: SetUp, wereld: Wereld) -> None:
    it.chain(wereld.both.cert, wereld.both.cert, wereld.middle.cert, wereld.middle.cert)


@sound
def the_old_label(it: SetUp, wereld: Wereld) -> None:
    it.cert.write_bytes(it.cert.read_bytes().replace(b" CERTIFICATE-", b" X509 CERTIFICATE-"))


@sound
def bag_attributes_windows_lines_and_a_mark(it: SetUp, wereld: Wereld) -> None:
    p12 = it.folder / "las.p12"
    export = ("-export", "-in", wereld.both.cert, "-inkey", wereld.both.key, "-certfile", wereld.middle.cert)
    openssl("pkcs12", *export, "-name", "mijn las", "-passout", "pass:geheim", "-out", p12)
    openssl("pkcs12", "-in", p12, "-passin", "pass:geheim", "-nodes", "-out", it.cert)
    text = it.cert.read_bytes()
    assert b"Bag Attributes" in text
    it.cert.write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    it.cert.chmod(0o600)
    del it.certificate["key"]


@sound
def cross_signed(it: SetUp, wereld: Wereld) -> None:
    cross = wereld.middle.certify(wereld.other_root, it.folder / "cross.pem")
    it.chain(wereld.both.cert, cross, wereld.middle.cert)


@sound
def usage_not_limited(it: SetUp, wereld: Wereld) -> None:
    it.use(wereld.middle.leaf("vrij", None))


@sound
def the_other_side_trusts_another_root(it: SetUp, wereld: Wereld) -> None:
    together(it.trust, wereld.other_root.cert)


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_set_up_is_called_sound(name: str, opzet: SetUp, wereld: Wereld) -> None:
    SOUND[name](opzet, wereld)
    events: list[Event] = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        code, rows = opzet.check()
        Client(certificate=load_settings(opzet.write()).own_certificate, auteur="T", on_event=events.append).close()
    assert (code, rows["certificate"]["state"], rows.get("serve", {"state": "ok"})["state"]) == (0, "ok", "ok"), rows
    assert "the key fits" in rows["certificate"]["text"]
    assert (events, warned) == ([], [])
    assert ("not in certificate.trust" in rows["certificate"]["text"]) is (name == "the_other_side_trusts_another_root")


@pytest.mark.parametrize("name", [*SOUND, "leaf_last", "root_in_the_middle"])
def test_a_peer_that_knows_the_roots_only_takes_it(name: str, opzet: SetUp, wereld: Wereld) -> None:
    (SOUND.get(name) or BROKEN[name][3])(opzet, wereld)
    settings = load_settings(opzet.write())
    roots = [wereld.root.cert, wereld.other_root.cert]
    calling = client_context(replace(settings.own_certificate, trust=roots))
    assert handshake(server_context(replace(settings.server_certificate, trust=roots)), calling) is None


def test_health_tells_the_days_of_both(opzet: SetUp, wereld: Wereld) -> None:
    two_leaves_of_one_purpose_from_two_roots(opzet, wereld)
    together(
        opzet.folder / "server.pem", wereld.other_middle.leaf("kort", SERVER, days=(-9, 20)).cert, wereld.other_middle.cert
    )
    together(opzet.folder / "server.key", wereld.other_middle.folder / "kort.key")
    code, document = opzet.health()
    metrics = document["metrics"]
    assert (code, metrics["certificate_days"], metrics["serve_certificate_days"]) == (75, 299, 19)
    assert {item["check"]: item["state"] for item in document["checks"] if item["check"] != "store"} == {
        "certificate": "ok",
        "serve": "attention",
    }


def test_health_tells_of_a_gap(opzet: SetUp, wereld: Wereld) -> None:
    no_intermediate(opzet, wereld)
    code, document = opzet.health()
    assert code == 75
    assert 'lacks the intermediate "Issuer Clients"' in next(
        item["text"] for item in document["checks"] if item["check"] == "certificate"
    )


def test_without_serve_a_client_leaf_is_enough(opzet: SetUp, wereld: Wereld) -> None:
    opzet.use(wereld.las)
    opzet.serve.clear()
    code, rows = opzet.check()
    assert (code, rows["certificate"]["state"], rows["serve"]["state"]) == (0, "ok", "warning")
    assert "serve.certificate" in rows["serve"]["text"]


def test_behind_a_proxy_no_certificate_of_ours_is_shown(opzet: SetUp, wereld: Wereld) -> None:
    opzet.use(wereld.las)
    opzet.serve.clear()
    path = opzet.write()
    path.write_text(path.read_text() + '[serve]\nproxy_trusted = ["127.0.0.1"]\n')
    result = CliRunner().invoke(app, ["config", "check", "--json", "--config", str(path)])
    assert result.exit_code == 0
    assert "serverAuth" not in result.stdout
    assert "TLS ends in the proxy at 127.0.0.1, which hands certificates on as rfc9440" in result.stdout


@pytest.mark.parametrize(
    ("lines", "state", "text"),
    [
        ('proxy_trusted = ["0.0.0.0/0"]', "error", "serve.proxy_trusted: "),
        ('proxy_trusted = ["nginx.local"]', "error", "serve.proxy_trusted: "),
        ('proxy_trusted = ["127.0.0.1"]\nproxy_header = "Client_Cert"', "error", "serve.proxy_header: "),
        ('proxy_trusted = ["127.0.0.1"]\nproxy_intermediates = "weg.pem"', "error", "serve.proxy_intermediates: "),
        ('proxy_trusted = ["127.0.0.1"]\nproxy_intermediates = "las.key"', "error", "serve.proxy_intermediates: "),
        ('proxy_trusted = ["127.0.0.1"]\nhost = "0.0.0.0"', "error", "serve.host must be a loopback address"),
        ('proxy_header = "X-Cert"', "warning", "serve.proxy_trusted is missing"),
        ('proxy_intermediates = "las.pem"', "warning", "serve.proxy_trusted is missing"),
    ],
)
def test_a_proxy_with_which_serve_would_not_start(opzet: SetUp, wereld: Wereld, lines: str, state: str, text: str) -> None:
    opzet.use(wereld.both)
    opzet.serve.clear()
    path = opzet.write()
    path.write_text(f"{path.read_text()}[serve]\n{lines}\n")
    result = CliRunner().invoke(app, ["config", "check", "--json", "--config", str(path)])
    (found,) = [item for item in json.loads(result.stdout)["checks"] if item["check"] == "proxy"]
    assert (found["state"], result.exit_code) == (state, 78 if state == "error" else 0)
    assert text in found["text"]


def test_what_works_and_needs_attention(opzet: SetUp, wereld: Wereld) -> None:
    together(opzet.trust, wereld.root.cert, wereld.both.cert)
    opzet.key.chmod(0o644)
    code, rows = opzet.check()
    assert (code, rows["certificate"]["state"]) == (0, "warning")
    assert "certificate.trust: trust.pem holds our own certificate" in rows["certificate"]["text"]
    assert "certificate.key: las.key holds the private key and can be read" in rows["certificate"]["text"]
    with pytest.warns(SecurityWarning, match="chmod 600"):
        Client(certificate=load_settings(opzet.write()).own_certificate, auteur="T").close()


@pytest.mark.parametrize("name", ["pbe_md5_des", "pbe_rc2", "traditional_des"])
def test_the_command_that_is_given_converts_the_key(name: str, opzet: SetUp, wereld: Wereld) -> None:
    BROKEN[name][3](opzet, wereld)
    _, rows = opzet.check()
    command = re.search(r"openssl pkcs8 .*?\.new", rows["certificate"]["text"])
    assert command
    words = command.group().split()[1:]
    subprocess.run([OPENSSL, *words, "-passin", "pass:geheim", "-passout", "pass:nieuw"], check=True, capture_output=True)
    new = Path(words[-1])
    new.chmod(0o600)
    opzet.certificate |= {"key": new.name, "password": "nieuw"}
    code, rows = opzet.check()
    assert (code, rows["certificate"]["state"]) == (0, "ok"), rows


WITHOUT: dict[str, tuple[str, Make]] = {
    "p12": (r"openssl pkcs12 -in .*?\.pem\.pem", p12_without_encryption),
    "p7b": (r"openssl pkcs7 -print_certs -in .*?\.pem\.pem", p7b_in_pem_and_an_encrypted_key_in_der),
    "key in DER": (
        r"openssl pkey -inform DER -in .*?\.key\.pem",
        lambda it, wereld: openssl("pkey", "-in", wereld.both.key, "-outform", "DER", "-out", it.key),
    ),
}
"""What needs the package cryptography -> the command that does without."""


@pytest.mark.parametrize("name", WITHOUT)
def test_without_the_extra_the_other_way_is_told(
    name: str, opzet: SetUp, wereld: Wereld, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern, make = WITHOUT[name]
    make(opzet, wereld)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delitem(sys.modules, "doorstroom_client.parties.opened", raising=False)
    monkeypatch.delattr(parties, "opened", raising=False)
    with pytest.raises(ConfigurationError, match="las") as caught:
        Client(certificate=load_settings(opzet.write()).own_certificate, auteur="T")
    assert (caught.value.hint or "").startswith('Run: pip install "doorstroom_client[certificates]". Or convert it: ')
    command = re.search(pattern, caught.value.hint or "")
    assert command
    words = command.group().split()[1:]
    openssl(*words, *(("-passin", "pass:", "-passout", "pass:geheim") if name == "p12" else ()))
    assert b"-----BEGIN " in Path(words[-1]).read_bytes()


def test_without_the_extra_der_is_read(opzet: SetUp, wereld: Wereld, monkeypatch: pytest.MonkeyPatch) -> None:
    der_below_the_root(opzet, wereld)
    roots_in_der(opzet, wereld)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    events: list[Event] = []
    Client(certificate=load_settings(opzet.write()).own_certificate, auteur="T", on_event=events.append).close()
    assert events == []


def test_a_client_needs_no_cryptography(monkeypatch: pytest.MonkeyPatch, opzet: SetUp, wereld: Wereld) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    events: list[Event] = []
    no_intermediate(opzet, wereld)
    Client(certificate=load_settings(opzet.write()).own_certificate, auteur="T", on_event=events.append).close()
    assert "lacks the intermediate" in events[0].result
