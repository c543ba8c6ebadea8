"""`doorstroom certificaat`: a folder as it was mailed is told apart, and becomes the files that the settings name."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as serial
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import NameOID
from faults_support import make_crl
from support import LAS_OIN
from support.command_line import Run
from support.wire import handshake

from doorstroom_client import ClientCertificate
from doorstroom_client.cli import _passphrases
from doorstroom_client.errors import StoreError
from doorstroom_client.output.files import PartFile
from doorstroom_client.simulator.pki import Issued, Pki
from doorstroom_client.transport.tls import client_context, server_context

SECRET, NEW = "een-wachtwoord", "een-nieuw-wachtwoord"
DAY = dt.timedelta(days=1)
DER, PEM = serial.Encoding.DER, serial.Encoding.PEM


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """The folder in which the attachments of a mail were put."""
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


def certificates_in(file: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(file.read_bytes())


def key_of(issued: Issued) -> Any:
    return serial.load_pem_private_key(issued.key.read_bytes(), None)


def encrypted(issued: Issued, password: str, form: serial.Encoding = PEM) -> bytes:
    how = serial.BestAvailableEncryption(password.encode())
    return bytes(key_of(issued).private_bytes(form, serial.PrivateFormat.PKCS8, how))


def p12(issued: Issued, *others: x509.Certificate, password: str = SECRET) -> bytes:
    own, *above = certificates_in(issued.cert)
    how = serial.BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"x", key_of(issued), own, [*others, *above], how)


def secret_file(path: Path, text: str = SECRET) -> Path:
    path.write_text(f"{text}\n")
    path.chmod(0o600)
    return path


def told(run: Run, *args: object, code: int = 0) -> dict[str, Any]:
    result = run("certificaat", *args, "--json")
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert SECRET not in result.output
    assert "PRIVATE KEY" not in result.output
    assert found["exit_code"] == code
    return found


def fill(mail: Path, pki: Pki, issued: Issued) -> None:
    """As it comes: one of each form, under names that say little."""
    leaf, intermediate = certificates_in(issued.cert)
    (mail / "3.cer").write_bytes(pki.root.certificate.public_bytes(DER))
    (mail / "keten.p7b").write_bytes(pkcs7.serialize_certificates([pki.root.certificate, intermediate], DER))
    (mail / "a-certificaat.crt").write_bytes(b"\xef\xbb\xbf" + leaf.public_bytes(PEM).replace(b"\n", b"\r\n"))
    (mail / "z.der").write_bytes(encrypted(issued, SECRET, DER))
    shutil.copy(make_crl(pki, name="lijst"), mail / "lijst.crl")
    (mail / "leesmij.txt").write_text("Gefeliciteerd met uw certificaat.\n")
    (mail / "map").mkdir()


def test_a_folder_in_any_form_and_order(run: Run, mail: Path, test_pki: Pki, tmp_path: Path) -> None:
    fill(mail, test_pki, test_pki.issue("las-mail", oin=LAS_OIN))
    word = secret_file(tmp_path / "woord")
    found = told(run, "show", mail, "--password-file", word)
    leaf, intermediate, root = found["certificates"]
    assert [item["what"] for item in found["certificates"]] == ["leaf", "intermediate", "root"]
    assert (leaf["organisation"], leaf["oin"], leaf["usage"]) == ("Bedachte organisatie las-mail", LAS_OIN, "both")
    assert (leaf["files"], leaf["keys"], root["files"]) == (["a-certificaat.crt"], ["z.der"], ["3.cer", "keten.p7b"])
    assert [step["name"] for step in leaf["chain"]] == ["las-mail", intermediate["name"], root["name"]]
    assert (leaf["wrong"], leaf["mind"], leaf["days"]) == ([], [], 179)
    assert root["fingerprint"] == test_pki.root.certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    (key,) = found["keys"]
    assert key == {
        "file": "z.der",
        "kind": "EC 256",
        "encrypted": True,
        "opened": True,
        "certificates": [leaf["fingerprint"]],
    }
    assert [item["file"] for item in found["crls"]] == ["lijst.crl"] * 2
    assert found["passed_over"] == ["map (a folder)", "leesmij.txt"]
    shown = run("certificaat", "show", mail, "--password-file", word)
    assert shown.exit_code == 0
    for text in (
        "leaf: ",
        "intermediate: ",
        "root: ",
        "key: EC 256, encrypted, of",
        "crl: of",
        "in order",
        root["fingerprint"],
    ):
        assert text in shown.stdout


def test_split_makes_what_the_settings_need(run: Run, mail: Path, test_pki: Pki, tmp_path: Path) -> None:
    issued = test_pki.issue("las-split", oin=LAS_OIN)
    fill(mail, test_pki, issued)
    word, new, to = secret_file(tmp_path / "woord"), secret_file(tmp_path / "nieuw", NEW), tmp_path / "certificaat"
    given = ("split", mail, "--to", to, "--password-file", word)
    root = test_pki.root.certificate.fingerprint(hashes.SHA256()).hex()
    found = told(run, *given, "--trust", root, "--new-password-file", new)
    assert sorted(path.name for path in to.iterdir()) == ["las.key", "las.pem", "trust.pem"]
    assert {path.stat().st_mode & 0o777 for path in to.iterdir()} == {0o600}
    assert to.stat().st_mode & 0o777 == 0o700
    assert certificates_in(to / "las.pem") == certificates_in(issued.cert)  # the root stays out of it
    assert certificates_in(to / "trust.pem") == [test_pki.root.certificate]
    assert b"ENCRYPTED" in (to / "las.key").read_bytes()
    assert found["settings"] == {
        "certificate.cert": str(to / "las.pem"),
        "certificate.key": str(to / "las.key"),
        "certificate.trust": str(to / "trust.pem"),
    }
    ours = ClientCertificate(to / "las.pem", to / "las.key", to / "trust.pem", NEW)
    assert handshake(server_context(ours), client_context(ours)) is None
    before = {path: path.read_bytes() for path in to.iterdir()}
    again = run("certificaat", *given)
    assert (again.exit_code, "add --overwrite" in again.output) == (64, True)
    assert {path: path.read_bytes() for path in to.iterdir()} == before
    plain = run("certificaat", *given, "--overwrite")
    assert plain.exit_code == 0
    assert f'[certificate]\ncert = "{to / "las.pem"}"\nkey = "{to / "las.key"}"\n' == plain.stdout
    assert "No root is trusted by this" in plain.stderr
    assert found["roots"][0]["fingerprint"] in plain.stderr
    assert b"-----BEGIN PRIVATE KEY" in (to / "las.key").read_bytes()


def test_two_certificates_of_one_purpose(run: Run, mail: Path, test_pki: Pki, tmp_path: Path) -> None:
    client = test_pki.issue("las-calls", oin=LAS_OIN, server=False)
    server = test_pki.issue("las-receives", oin=LAS_OIN, client=False)
    (mail / "1.pfx").write_bytes(p12(client))
    (mail / "2.pfx").write_bytes(p12(server))
    word, to = secret_file(tmp_path / "woord"), tmp_path / "nieuw"
    found = told(run, "show", mail, "--password-file", word)
    assert sorted(item["usage"] for item in found["certificates"] if item["what"] == "leaf") == ["client", "server"]
    found = told(run, "split", mail, "--to", to, "--name", "mijn", "--password-file", word)
    assert {key: Path(path).name for key, path in found["settings"].items()} == {
        "certificate.cert": "mijn-client.pem",
        "certificate.key": "mijn-client.key",
        "serve.certificate": "mijn-server.pem",
        "serve.key": "mijn-server.key",
    }
    assert certificates_in(to / "mijn-server.pem") == certificates_in(server.cert)
    assert (to / "mijn-client.key").read_bytes() == client.key.read_bytes()


def test_the_passphrase_of_the_settings_is_tried(
    run: Run, mail: Path, test_pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mail / "las.p12").write_bytes(p12(test_pki.issue("las-env", oin=LAS_OIN)))
    monkeypatch.setenv("DOORSTROOM_SERVE_PASSWORD", "fout")
    told(run, "show", mail, code=74)
    monkeypatch.setenv("DOORSTROOM_CERTIFICATE_PASSWORD_FILE", str(secret_file(tmp_path / "woord")))
    told(run, "show", mail)
    monkeypatch.setenv("DOORSTROOM_CERTIFICATE_PASSWORD_FILE", str(tmp_path / "weg"))
    assert run("certificaat", "show", mail).exit_code == 74


def test_a_person_types_it(run: Run, mail: Path, test_pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = test_pki.issue("las-getypt", oin=LAS_OIN)
    (mail / "las.p12").write_bytes(p12(issued))
    (mail / "nog-eens.key").write_bytes(encrypted(issued, SECRET))
    asked: list[str] = []

    def types(*words: str) -> None:
        rest: Iterator[str] = iter(words)
        monkeypatch.setattr(_passphrases, "_typed", lambda prompt: (asked.append(prompt), next(rest))[1])

    monkeypatch.setattr(_passphrases, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True, closed=False)))
    types("fout", SECRET)
    result = run("certificaat", "show", mail)
    assert result.exit_code == 0
    assert "That passphrase does not open it" in result.stderr
    assert len(asked) == 2  # what opened one file is tried on the next
    assert "las.p12" in asked[0]
    types("")
    assert run("certificaat", "show", mail / "nog-eens.key").exit_code == 0  # what is in it stays closed
    types("fout", "fout", "fout")
    assert run("certificaat", "show", mail / "las.p12").exit_code == 74
    types(SECRET, NEW, "anders")
    assert run("certificaat", "split", mail / "las.p12", "--to", tmp_path / "uit", "--encrypt").exit_code == 64
    assert not (tmp_path / "uit").exists()
    types(SECRET, NEW, NEW)
    assert run("certificaat", "split", mail / "las.p12", "--to", tmp_path / "uit", "--encrypt").exit_code == 0
    serial.load_pem_private_key((tmp_path / "uit" / "las.key").read_bytes(), NEW.encode())


def test_nobody_is_there_to_type(run: Run, mail: Path, test_pki: Pki, tmp_path: Path) -> None:
    issued = test_pki.issue("las-dicht", oin=LAS_OIN)
    shutil.copy(issued.cert, mail / "las.pem")
    (mail / "las.key").write_bytes(encrypted(issued, SECRET))
    found = told(run, "show", mail)
    assert (found["keys"][0]["encrypted"], found["keys"][0]["opened"]) == (True, False)
    assert found["certificates"][0]["mind"] == ["its key may be the one in las.key: the passphrase shows it"]
    result = run("certificaat", "split", mail, "--to", tmp_path / "uit")
    assert (result.exit_code, "las.key is encrypted" in result.stderr) == (78, True)
    shutil.copy(issued.key, mail / "las.key")
    assert run("certificaat", "split", mail, "--to", tmp_path / "uit", "--encrypt").exit_code == 64


def ended(mail: Path, pki: Pki) -> str:
    issued = pki.issue("las-oud", oin=LAS_OIN, not_after=dt.datetime.now(dt.UTC) - DAY)
    shutil.copy(issued.cert, mail / "las.pem")
    shutil.copy(issued.key, mail / "las.key")
    return "it ended on"


def not_begun(mail: Path, pki: Pki) -> str:
    issued = pki.issue("las-straks", oin=LAS_OIN, not_before=dt.datetime.now(dt.UTC) + DAY)
    shutil.copy(issued.cert, mail / "las.pem")
    return "it starts on"


def no_intermediate(mail: Path, pki: Pki) -> str:
    issued = pki.issue("las-kaal", oin=LAS_OIN)
    (mail / "las.crt").write_bytes(certificates_in(issued.cert)[0].public_bytes(DER))
    return 'the intermediate "Simulator Intermediate" is missing'


def namesake(mail: Path, pki: Pki) -> str:
    no_intermediate(mail, pki)
    (mail / "tussen.pem").write_bytes(Pki(mail.parent / "ander").intermediate.pem())
    return "has another key than the one that signed it"


def another_key(mail: Path, pki: Pki) -> str:
    shutil.copy(pki.issue("las-een", oin=LAS_OIN).cert, mail / "las.pem")
    shutil.copy(pki.issue("las-twee", oin=LAS_OIN).key, mail / "las.key")
    return "the private key in las.key does not belong to it"


@pytest.mark.parametrize("make", [ended, not_begun, no_intermediate, namesake, another_key])
def test_what_is_wrong_with_ours(make: Any, run: Run, mail: Path, test_pki: Pki) -> None:
    text = make(mail, test_pki)
    (wrong,) = told(run, "show", mail, code=77)["certificates"][0]["wrong"]
    assert text in wrong
    assert ". " in wrong, "a next step"
    result = run("certificaat", "show", mail)
    assert (result.exit_code, f"wrong: {wrong}" in result.stdout) == (77, True)


def test_one_that_signed_itself_stands_beside_ours(run: Run, mail: Path, test_pki: Pki) -> None:
    (mail / "las.p12").write_bytes(p12(test_pki.issue("las-echt", oin=LAS_OIN), password="een"))
    root = Pki(mail.parent / "eigen").root
    (mail / "eigen.pem").write_bytes(root.pem())
    key = root.key.private_bytes(PEM, serial.PrivateFormat.TraditionalOpenSSL, serial.NoEncryption())
    (mail / "eigen.key").write_bytes(key)
    word = secret_file(mail.parent / "woord", "een")
    found = told(run, "show", mail, "--password-file", word, code=77)
    leaves = {item["files"][0]: item for item in found["certificates"] if item["what"] == "leaf"}
    assert [step["name"] for step in leaves["eigen.pem"]["chain"]] == ["Simulator Root"]
    assert "it is signed by itself" in leaves["eigen.pem"]["wrong"][0]
    assert leaves["las.p12"]["wrong"] == []


def test_one_for_tests_and_one_that_ends_soon(run: Run, mail: Path) -> None:
    pki = Pki(mail.parent / "trial", name="TRIAL Simulator")
    issued = pki.issue("las", oin=None, not_after=dt.datetime.now(dt.UTC) + 9 * DAY)
    shutil.copy(issued.cert, mail / "las.pem")
    shutil.copy(issued.key, mail / "las.key")
    mind = told(run, "show", mail)["certificates"][0]["mind"]
    assert [text.partition(";")[0].partition(",")[0] for text in mind] == [
        "it ends in 8 days",
        "it is one for tests",
        "it carries no OIN",
    ]


def test_one_that_has_ended_is_77_everywhere(run: Run, mail: Path, test_pki: Pki, tmp_path: Path) -> None:
    ended(mail, test_pki)
    to = tmp_path / "uit"
    result = run("certificaat", "split", mail, "--to", to)
    assert (result.exit_code, "it ended on" in result.stderr) == (77, True)
    config = tmp_path / "doorstroom.toml"
    trust = f'trust = "{test_pki.trust}"\n'
    config.write_text(f'auteur = "T"\nschooljaar = "2025-2026"\n{result.stdout}{trust}')
    assert run("config", "check", "--config", config).exit_code == 77
    assert run("health", "--config", config).exit_code == 77


def test_the_valid_one_of_two_is_meant(run: Run, mail: Path, test_pki: Pki, tmp_path: Path) -> None:
    (mail / "oud.p12").write_bytes(p12(test_pki.issue("las-oud", oin=LAS_OIN, not_after=dt.datetime.now(dt.UTC) - DAY)))
    new = test_pki.issue("las-nieuw", oin=LAS_OIN)
    (mail / "nieuw.p12").write_bytes(p12(new))
    word = secret_file(tmp_path / "woord")
    told(run, "split", mail, "--to", tmp_path / "uit", "--password-file", word, code=77)  # the old one is still told of
    assert certificates_in(tmp_path / "uit" / "las.pem") == certificates_in(new.cert)
    (mail / "ook.p12").write_bytes(p12(test_pki.issue("las-ook", oin=LAS_OIN)))
    result = run("certificaat", "split", mail, "--to", tmp_path / "twee", "--password-file", word)
    assert (result.exit_code, "nieuw.p12" in result.stderr, "ook.p12" in result.stderr) == (78, True, True)
    assert not (tmp_path / "twee").exists()


@pytest.mark.parametrize("name", ["../las", "a/b", ".las", "", "trust"])
def test_a_name_that_is_none(name: str, run: Run, mail: Path) -> None:
    result = run("certificaat", "split", mail, "--to", mail / "uit", "--name", name)
    assert (result.exit_code, "--name" in result.stderr) == (64, True)


def test_no_root_is_trusted_but_by_its_fingerprint(run: Run, mail: Path, test_pki: Pki, tmp_path: Path) -> None:
    issued = test_pki.issue("las-root", oin=LAS_OIN)
    (mail / "las.p12").write_bytes(p12(issued, test_pki.root.certificate))
    given = ("certificaat", "split", mail, "--to", tmp_path / "uit", "--password-file", secret_file(tmp_path / "woord"))
    for other in ("00" * 32, test_pki.intermediate.certificate.fingerprint(hashes.SHA256()).hex()):
        result = run(*given, "--trust", other)
        assert (result.exit_code, "no root among these files" in result.stderr) == (78, True)
    assert not (tmp_path / "uit").exists()
    assert run(*given).exit_code == 0
    assert not (tmp_path / "uit" / "trust.pem").exists()


def test_all_files_or_none(run: Run, mail: Path, test_pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = test_pki.issue("las-vol", oin=LAS_OIN)
    shutil.copy(issued.cert, mail / "c")
    shutil.copy(issued.key, mail / "k")
    write = PartFile.write

    def full(part: PartFile, chunk: bytes) -> None:
        if b"CERTIFICATE" in chunk:
            raise StoreError("cannot write las.pem: No space left on device")
        write(part, chunk)

    monkeypatch.setattr(PartFile, "write", full)
    assert run("certificaat", "split", mail, "--to", tmp_path / "uit").exit_code == 74
    assert list((tmp_path / "uit").iterdir()) == []


def test_files_that_cannot_be_read(run: Run, mail: Path, test_pki: Pki, tmp_path: Path) -> None:
    (mail / "winkel.jks").write_bytes(b"\xfe\xed\xfe\xed\0\0\0\2")
    (mail / "post.zip").write_bytes(b"PK\x03\x04")
    (mail / "brief.docx").write_bytes(b"PK\x03\x04")
    (mail / "half.crt").write_bytes(b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    (mail / "las.p12").write_bytes(p12(test_pki.issue("las-fout", oin=LAS_OIN)))
    with (mail / "groot.bin").open("wb") as file:
        file.truncate(11 * 1024 * 1024)
    found = told(run, "show", mail, "--password-file", secret_file(tmp_path / "woord", "fout"), code=74)
    problems = {item["file"]: item["problem"] for item in found["unread"]}
    assert problems["winkel.jks"] == "is a keystore of Java (.jks)"
    assert "ZIP" in problems["post.zip"]
    assert "damaged" in problems["half.crt"]
    assert "its passphrase is wrong" in problems["las.p12"]
    assert "10 MiB" in problems["groot.bin"]
    assert all(item["hint"] for item in found["unread"])
    assert found["passed_over"] == ["brief.docx"]
    assert run("certificaat", "show", mail / "brief.docx").exit_code == 74
    assert run("certificaat", "show", mail / "weg").exit_code == 64


def test_the_name_of_a_person_is_not_shown(run: Run, mail: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    parts = {NameOID.GIVEN_NAME: "Fenna", NameOID.SURNAME: "Bedacht", NameOID.COMMON_NAME: "Fenna Bedacht"}
    name = x509.Name([x509.NameAttribute(oid, text) for oid, text in parts.items()])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - DAY, now + DAY).sign(key, hashes.SHA256())
    (mail / "persoon.pem").write_bytes(made.public_bytes(PEM))
    (mail / "persoon.key").write_bytes(key.private_bytes(DER, serial.PrivateFormat.PKCS8, serial.NoEncryption()))
    for more in ((), ("--json",)):
        result = run("certificaat", "show", mail, *more)
        assert result.exit_code == 77
        assert "in the name of a person" in result.output
        assert "Fenna" not in result.output


def test_only_an_issuer_and_a_request_are_in_order(run: Run, mail: Path, test_pki: Pki) -> None:
    shutil.copy(test_pki.trust, mail / "root.pem")
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
    (mail / "a.csr").write_bytes(request.public_bytes(DER))
    (mail / "b.csr").write_bytes(request.public_bytes(PEM))
    found = told(run, "show", mail)
    assert found["requests"] == ["a.csr", "b.csr"]
    result = run("certificaat", "split", mail, "--to", mail / "uit")
    assert (result.exit_code, "there is no private key" in result.stderr) == (78, True)
