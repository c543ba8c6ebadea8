"""`doorstroom certificaat` with files, passphrases and folders that are not as they should be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization as serial
from cryptography.hazmat.primitives.serialization import pkcs12
from support import LAS_OIN
from support.command_line import Run

from doorstroom_client.cli import _passphrases
from doorstroom_client.simulator.pki import Issued, Pki

SECRET = "een-wachtwoord"
PEM = serial.Encoding.PEM


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def issued(test_pki: Pki) -> Issued:
    return test_pki.issue("las-fouten", oin=LAS_OIN)


def key_of(issued: Issued) -> Any:
    return serial.load_pem_private_key(issued.key.read_bytes(), None)


def p12(issued: Issued) -> bytes:
    own, *others = x509.load_pem_x509_certificates(issued.cert.read_bytes())
    how = serial.BestAvailableEncryption(SECRET.encode())
    return pkcs12.serialize_key_and_certificates(b"x", key_of(issued), own, others, how)


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
