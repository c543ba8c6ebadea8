"""`doorstroom certificaat` with files, passphrases and folders that are not as they should be."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as serial
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from support import LAS_OIN
from support.command_line import Run
from support.p12s import SECRET, key_of, p12

from doorstroom_client.cli import _passphrases
from doorstroom_client.output.files import PartFile
from doorstroom_client.simulator.pki import Issued, Pki

PEM = serial.Encoding.PEM


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def issued(test_pki: Pki) -> Issued:
    return test_pki.issue("las-fouten", oin=LAS_OIN)


def secret_file(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    path.chmod(0o600)
    return path


def fill(mail: Path, issued: Issued) -> Path:
    shutil.copy(issued.cert, mail / "las.pem")
    shutil.copy(issued.key, mail / "las.key")
    return mail


def shown(run: Run, *args: object) -> tuple[int, dict[str, Any]]:
    result = run("certificaat", "show", *args, "--json")
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["exit_code"] == result.exit_code
    return result.exit_code, found


def test_a_passphrase_with_a_nul(run: Run, mail: Path, issued: Issued, tmp_path: Path, monkeypatch: Any) -> None:
    (mail / "las.p12").write_bytes(p12(issued))
    word = secret_file(tmp_path / "woord", "\0".join(SECRET))
    result = run("certificaat", "show", mail / "las.p12", "--password-file", word)
    assert result.exit_code in (74, 78)
    assert "UTF-16" in result.stderr
    for given in (word, secret_file(tmp_path / "lang", "x" * 1024)):
        to = tmp_path / "uit"
        result = run("certificaat", "split", fill(mail, issued) / "las.key", mail / "las.pem", "--to", to)
        assert result.exit_code == 0
        shutil.rmtree(to)
        result = run("certificaat", "split", mail / "las.key", mail / "las.pem", "--to", to, "--new-password-file", given)
        assert result.exit_code in (64, 74)
        assert "holds a NUL" in result.stderr or "longer than 1023 bytes" in result.stderr or "UTF-16" in result.stderr
        assert not to.exists()
    monkeypatch.setattr(_passphrases, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True, closed=False)))
    typed: Iterator[str] = iter(["g\0", SECRET, "n\0", "n\0"])
    monkeypatch.setattr(_passphrases, "_typed", lambda _: next(typed))
    result = run("certificaat", "split", mail / "las.p12", "--to", tmp_path / "uit", "--encrypt")
    assert result.exit_code == 64
    assert result.stderr.count("holds a NUL") == 2


def test_a_passphrase_file_that_is_not_there(run: Run, mail: Path, issued: Issued, tmp_path: Path) -> None:
    (mail / "las.p12").write_bytes(p12(issued))
    result = run("certificaat", "show", mail, "--password-file", tmp_path / "weg")
    assert result.exit_code == 74
    assert "the file that --password-file names" in result.stderr
    result = run("certificaat", "split", fill(mail, issued), "--to", tmp_path / "uit", "--new-password-file", tmp_path / "weg")
    assert "the file that --new-password-file names" in result.stderr


def test_a_key_that_is_cut_off_is_told(run: Run, mail: Path, issued: Issued) -> None:
    (mail / "las.pem").write_bytes(issued.cert.read_bytes() + issued.key.read_bytes()[:-20])
    code, found = shown(run, mail)
    assert code == 74
    assert found["certificates"]
    (unread,) = found["unread"]
    assert unread["problem"] == "holds a PRIVATE KEY that begins and does not end"
    assert "once more" in unread["hint"]
    result = run("certificaat", "split", mail, "--to", mail / "uit")
    assert result.exit_code == 74
    assert "begins and does not end" in result.stderr


def made(issued: Issued, key: Any, *, usage: str = "", itself: bool = False) -> x509.Certificate:
    """A certificate for a key, signed with that of ours or with its own."""
    now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
    ours = x509.load_pem_x509_certificate(issued.cert.read_bytes())
    issuer = ours.subject if itself else ours.issuer
    built = x509.CertificateBuilder(issuer, ours.subject, key.public_key(), 1, now - day, now + 90 * day)
    if usage == "issuer":
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if usage == "documents":
        built = built.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.4")]), critical=False)
    if usage:
        signs = usage == "documents"
        uses = (signs, False, not signs, False, False, usage == "issuer", usage == "issuer", False, False)
        built = built.add_extension(x509.KeyUsage(*uses), critical=True)
    return built.sign(key if itself else key_of(issued), hashes.SHA256())


@pytest.mark.parametrize(
    ("kind", "usage", "itself", "why"),
    [
        ("EC", "issuer", False, "a certificate to issue others with"),
        ("EC", "issuer", True, "signed by itself and not for TLS: its keyUsage has no digitalSignature"),
        ("EC", "encryption", False, "not for TLS: its keyUsage has no digitalSignature"),
        ("EC", "documents", False, "not for TLS: its extendedKeyUsage has neither clientAuth nor serverAuth"),
        ("DSA", "", False, "not for TLS: its key is of a kind that TLS does not use"),
    ],
)
def test_why_a_certificate_with_its_key_is_not_used(
    kind: str, usage: str, itself: bool, why: str, run: Run, mail: Path, issued: Issued
) -> None:
    key = dsa.generate_private_key(1024) if kind == "DSA" else ec.generate_private_key(ec.SECP256R1())
    (mail / "a.pem").write_bytes(made(issued, key, usage=usage, itself=itself).public_bytes(PEM))
    (mail / "a.key").write_bytes(key.private_bytes(PEM, serial.PrivateFormat.PKCS8, serial.NoEncryption()))
    result = run("certificaat", "split", mail, "--to", mail / "uit")
    assert result.exit_code == 78
    assert why in result.stderr
    assert "belongs to none" not in result.stderr
    code, found = shown(run, mail)
    if found["certificates"][0]["what"] == "leaf":
        assert code == 77
        assert [text for text in found["certificates"][0]["wrong"] if text.startswith("it is not for TLS: its ")]


def test_nothing_about_certificates_is_a_finding(run: Run, mail: Path) -> None:
    for content in ((), ("leesmij.txt",)):
        for name in content:
            (mail / name).write_text("Gefeliciteerd met uw certificaat.\n")
        code, found = shown(run, mail)
        assert (code, found["ok"]) == (65, False)
        result = run("certificaat", "show", mail)
        assert result.exit_code == 65
        assert "Nothing about certificates was found" in result.stderr


def test_what_is_passed_over_is_named(run: Run, mail: Path, issued: Issued) -> None:
    fill(mail, issued)
    (mail / "sub").mkdir()
    (mail / "weg.p12").symlink_to(mail / "nergens")
    os.mkfifo(mail / "pijp.p12")
    (mail / ".doorstroom-certificaat-x.part").write_bytes(issued.key.read_bytes())
    (mail / ".doorstroom-x.part").write_bytes(b"-----BEGIN CERTIFICATE-----\n")
    with (mail / "groot.p12").open("wb") as file:
        file.truncate(11 * 1024 * 1024)
    code, found = shown(run, mail)
    assert code == 74
    assert found["passed_over"] == ["pijp.p12 (no file)", "sub (a folder)", "weg.p12 (a link to nothing)"]
    assert [item["file"] for item in found["keys"]] == ["las.key"]
    (unread,) = found["unread"]
    assert unread["problem"] == "cannot be read: it is not a file of less than 10 MiB"
    result = run("certificaat", "show", mail)
    assert "Passed over: pijp.p12 (no file), sub (a folder), weg.p12 (a link to nothing)" in result.stderr
    assert "groot.p12 cannot be read: it is not a file of less than 10 MiB" in " ".join(result.stderr.split())


def test_only_a_secret_in_a_p12(run: Run, mail: Path) -> None:
    (mail / "leeg.p12").write_bytes(bytes.fromhex("301702010330120609 2a864886f70d010701a00504033001 00".replace(" ", "")))
    code, found = shown(run, mail)
    assert (code, found["ok"]) == (74, False)
    assert found["unread"][0]["hint"]


@pytest.mark.parametrize("umask", [0, 0o022, 0o177, 0o777], ids=oct)
def test_what_is_written_is_private_under_every_umask(umask: int, run: Run, mail: Path, issued: Issued, tmp_path: Path) -> None:
    fill(mail, issued)
    before = os.umask(umask)
    try:
        result = run("certificaat", "split", mail, "--to", tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)
    assert result.exit_code == 0, result.output
    folders = [tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"]
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700] * 3
    assert {file.name: file.stat().st_mode & 0o777 for file in folders[-1].iterdir()} == {"las.pem": 0o600, "las.key": 0o600}


def test_what_a_killed_run_left_is_removed_by_the_next(run: Run, mail: Path, issued: Issued, tmp_path: Path) -> None:
    fill(mail, issued)
    to = tmp_path / "uit"
    to.mkdir()
    left = PartFile(to / "las.key", "certificaat-")
    left.write(issued.key.read_bytes())
    of_another = PartFile(to / "rapport.pdf")
    try:
        assert len(list(to.iterdir())) == 2
        assert run("certificaat", "split", mail, "--to", to).exit_code == 0
        names = {file.name for file in to.iterdir()} - {"las.key", "las.pem"}
        assert len(names) == 1
        assert not [name for name in names if "certificaat" in name]
    finally:
        left.discard()
        of_another.discard()
