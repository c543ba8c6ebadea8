"""Settings from a file, from variables and from files with secrets; one error names everything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from support import LAS_OIN, OTHER_OIN, SCHOOL, SUPPLIER_OIN

from doorstroom_client import AsyncClient, Client
from doorstroom_client.config import Settings, load_settings
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.setting_file import SecurityWarning
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.pki import Pki

TEXT = f"""
auteur = "MijnLAS 4.2"
afspraak = "2026-2027"
schooljaar = "2026-2027"
store = "kept/doorstroom.db"
test_identities = true
[certificate]
cert = "las.pem"
key = "/abs/las.key"
trust = ["a.pem", "b.pem"]
[osr]
base_url = "https://osr.example.nl/api"
namespace = "ns"
[[leveranciers]]
toetssoort = "ICE"
oin = "{SUPPLIER_OIN}"
base_url = "https://toets.example.nl"
[[scholen]]
instellingscode = "11BB"
vestigingscode = "00"
onderwijsaanbiedercode = "123A123"
onderwijslocatiecode = "123X123"
administratienr = "01"
routeringskenmerk = "{SCHOOL.routeringskenmerk}"
naam = "De Testschool"
[[afspraken]]
naam = "2026-2027"
versie = "Doorstroomtoetsketen_v1.2"
eerste_schooljaar = "2026-2027"
schooladviezen = ["HAVO", "VWO"]
[timeouts]
post = 12
[retry]
attempts = 2
longest_wait = 5.5
[serve]
host = "0.0.0.0"
port = 9443
"""
SMALL = 'auteur = "X"\n[certificate]\ncert = "c"\ntrust = "t"\n'


def load(folder: Path, text: str, env: dict[str, str] | None = None) -> Settings:
    file = folder / "x.toml"
    file.write_text(text)
    file.chmod(0o600)
    return load_settings(file, env or {})


def problems(folder: Path, text: str, env: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text, env)
    return str(caught.value)


def test_everything(tmp_path: Path) -> None:
    found = load(tmp_path, TEXT)
    assert found.store == str(tmp_path / "kept/doorstroom.db")
    assert found.certificate.cert == tmp_path / "las.pem"
    assert found.certificate.key == Path("/abs/las.key")
    assert found.certificate.trust_files == (tmp_path / "a.pem", tmp_path / "b.pem")
    assert found.scholen == (SCHOOL,)
    assert found.afspraken[0].schooladviezen == ("HAVO", "VWO")
    assert (found.timeouts.post, found.timeouts.osr, found.retry.longest_wait) == (12, 15.0, 5.5)
    assert found.retry.pause(1, 0) is not None
    assert found.retry.pause(2, 0) is None
    assert (found.receiving.host, found.receiving.port, found.test_identities) == ("0.0.0.0", 9443, True)
    assert set(found.arguments()) == {
        *[
            "auteur",
            "afspraak",
            "afspraken",
            "schooljaar",
            "schooljaren",
            "store",
            "retention",
            "test_identities",
            "las_key_reden",
            "las_naam",
            "certificate",
            "osr",
            "leveranciers",
            "scholen",
            "timeouts",
            "retry",
        ]
    }


def test_defaults(tmp_path: Path) -> None:
    found = load(tmp_path, SMALL)
    assert (found.osr, found.store, found.leveranciers, found.scholen, found.afspraak) == (None, None, (), (), "1.1")


def test_variables_win_and_are_relative_to_where_we_are(tmp_path: Path) -> None:
    env = {
        "DOORSTROOM_AUTEUR": "Y",
        "DOORSTROOM_STORE": "s.db",
        "DOORSTROOM_CERTIFICATE_TRUST": os.pathsep.join(["p", "q"]),
        "DOORSTROOM_TEST_IDENTITIES": "Yes",
        "DOORSTROOM_TIMEOUTS_POST": "7.5",
        "OTHER": "x",
    }
    found = load(tmp_path, SMALL, env)
    assert (found.auteur, found.store, found.test_identities, found.timeouts.post) == ("Y", "s.db", True, 7.5)
    assert found.certificate.trust_files == (Path("p"), Path("q"))


def test_variables_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    env = {"DOORSTROOM_AUTEUR": "Y", "DOORSTROOM_CERTIFICATE_CERT": "c", "DOORSTROOM_CERTIFICATE_TRUST": "t"}
    assert load_settings(None, env).auteur == "Y"
    (tmp_path / "doorstroom.toml").write_text(SMALL)
    assert load_settings(None, {}).auteur == "X"
    (tmp_path / "z.toml").write_text(SMALL.replace("X", "Z"))
    assert load_settings(None, {"DOORSTROOM_CONFIG": "z.toml"}).auteur == "Z"


OSR = '[osr]\nbase_url = "https://o.example"\nnamespace = "n"\napi_key_header = "X-Key"\n'


def test_a_secret_that_an_editor_began_with_its_mark(tmp_path: Path) -> None:
    secret = tmp_path / "sleutel"
    secret.write_bytes(b"\xef\xbb\xbfgeheim\r\n")
    secret.chmod(0o600)
    found = load(tmp_path, SMALL + OSR, {"DOORSTROOM_OSR_API_KEY_FILE": str(secret)})
    assert found.osr is not None
    assert dict(found.osr.auth.headers()) == {"X-Key": "geheim"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"g\0e\0h\0", "holds a NUL; is it UTF-16?"),
        (b"x" * 70_000, "is over 64 KiB"),
        (b"\xff", "cannot be read"),
    ],
)
def test_a_file_that_holds_no_secret(content: bytes, reason: str, tmp_path: Path) -> None:
    secret = tmp_path / "sleutel"
    secret.write_bytes(content)
    text = problems(tmp_path, SMALL + OSR, {"DOORSTROOM_OSR_API_KEY_FILE": str(secret)})
    assert f"the file that DOORSTROOM_OSR_API_KEY_FILE names {reason}" in text


def test_a_device_is_no_file_with_a_secret(tmp_path: Path) -> None:
    assert "cannot be read" in problems(tmp_path, SMALL + OSR, {"DOORSTROOM_OSR_API_KEY_FILE": "/dev/zero"})


def test_a_pipe_may_hold_a_secret(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"geheim\n")
    os.close(writing)
    found = load(tmp_path, SMALL + OSR, {"DOORSTROOM_OSR_API_KEY_FILE": f"/dev/fd/{reading}"})
    os.close(reading)
    assert found.osr is not None
    assert dict(found.osr.auth.headers()) == {"X-Key": "geheim"}


@pytest.mark.parametrize("name", ["CERTIFICATE_CERT", "CERTIFICATE_TRUST", "CERTIFICATE_CRLS", "STORE"])
@pytest.mark.parametrize("value", ["", "a::b"])
def test_an_empty_path_is_no_folder(name: str, value: str, tmp_path: Path) -> None:
    if value and name in ("CERTIFICATE_CERT", "STORE"):
        return
    assert f"DOORSTROOM_{name}: holds an empty path" in problems(tmp_path, SMALL, {f"DOORSTROOM_{name}": value})


@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000, "0x" + "f" * 400, "1e400", "nan", "-inf"])
def test_a_number_that_is_none_for_a_machine(number: str, tmp_path: Path) -> None:
    text = problems(tmp_path, f"{SMALL}[timeouts]\npost = {number}\n", {})
    assert "must be a number" in text or "too long to be read" in text


@pytest.mark.parametrize("text", ["\u0663", "1_000", "\uff11"])
def test_a_number_is_written_as_people_write_it(text: str, tmp_path: Path) -> None:
    assert "must be a number" in problems(tmp_path, SMALL, {"DOORSTROOM_TIMEOUTS_POST": text})


@pytest.mark.parametrize("text", ["auteur = " + "[" * 5000, "auteur = " + "{a=" * 3000])
def test_brackets_without_end(text: str, tmp_path: Path) -> None:
    assert "toml" in problems(tmp_path, text, {})


def test_secrets_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("geheim\r\n")
    secret.chmod(0o600)
    found = load(tmp_path, SMALL + OSR, {"DOORSTROOM_OSR_API_KEY_FILE": str(secret)})
    assert found.osr is not None
    assert dict(found.osr.auth.headers()) == {"X-Key": "geheim"}
    assert "geheim" not in repr(found)
    secret.chmod(0o644)
    with pytest.warns(SecurityWarning):
        load(tmp_path, SMALL + OSR, {"DOORSTROOM_OSR_API_KEY_FILE": str(secret)})
    text = problems(tmp_path, SMALL + OSR, {"DOORSTROOM_OSR_API_KEY_FILE": str(secret) + "x"})
    assert "cannot be read" in text
    secret.chmod(0o600)
    both = {"DOORSTROOM_OSR_API_KEY_FILE": str(secret), "DOORSTROOM_OSR_API_KEY": "ander"}
    text = problems(tmp_path, SMALL + OSR, both)
    assert "both set" in text
    assert "geheim" not in text
    assert "ander" not in text.replace("andere", "")


def test_a_shared_file_with_a_secret_gives_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(SMALL + OSR + 'api_key = "geheim"\n')
    file.chmod(0o644)
    with pytest.warns(SecurityWarning):
        load_settings(file, {})
    file.write_text(SMALL)
    load_settings(file, {})


def test_one_error_names_everything(tmp_path: Path) -> None:
    text = problems(
        tmp_path,
        'auteurr = "X"\nschooljaar = 2025\n[certificate]\ncertt = "c"\n[osr]\nnamespace = "n"\n[[leveranciers]]\noin = "1"\n'
        "[onzin]\nx = 1\n",
        {
            "DOORSTROOM_SCHOLJAAR": "1",
            "DOORSTROOM_TIMEOUTS_POST": "snel",
            "DOORSTROOM_TEST_IDENTITIES": "ja",
            "DOORSTROOM_AUTEUR_FILE": "x",
        },
    )
    for part in (
        'did you mean "auteur"',
        "schooljaar must be a text",
        'did you mean "cert"',
        "certificate.cert is missing",
        "certificate.trust is missing",
        "osr.base_url is missing",
        "leveranciers[0].toetssoort is missing",
        "onzin",
        "did you mean DOORSTROOM_SCHOOLJAAR?",
        "DOORSTROOM_TIMEOUTS_POST must be a number",
        "DOORSTROOM_TEST_IDENTITIES must be one of",
        "DOORSTROOM_AUTEUR_FILE",
    ):
        assert part in text.replace(": ", " ")


@pytest.mark.parametrize(
    ("extra", "part"),
    [
        ("[timeouts]\npost = true\n", "timeouts.post"),
        ('[timeouts]\npost = "5"\n', "timeouts.post"),
        ("[timeouts]\npost = 0\n", "timeouts.post"),
        ("[timeouts]\npost = nan\n", "timeouts.post"),
        ("timeouts = 5\n", "must be a section"),
        ("leveranciers = 5\n", "must be a section"),
        ("[retry]\nattempts = 0\n", "retry.attempts"),
        ("[retry]\nattempts = 6\n", "retry.attempts"),
        ("[retry]\nattempts = 1.5\n", "retry.attempts"),
        ("[retry]\nattempts = nan\n", "retry.attempts"),
        ("[retry]\nattempts = inf\n", "retry.attempts"),
        ("[retry]\nlongest_wait = -1\n", "retry.longest_wait"),
        ("[retry]\nlongest_wait = nan\n", "retry.longest_wait"),
        ("[serve]\nport = nan\n", "serve.port"),
        ('[serve]\ncertificate = "a\\u0000.pem"\n', "serve.certificate"),
        ('[serve]\ncertificate = "a\\u0000.pem"\n', "no path can have"),
        ("[serve]\nport = 70000\n", "serve.port"),
        ('[serve]\nproxy_format = "nginx"\n', "serve.proxy_format"),
        ("[serve]\nport = 0.5\n", "serve.port"),
        ('[osr]\nbase_url = "http://x"\nnamespace = "n"\n', "osr.base_url"),
        (f'[[leveranciers]]\ntoetssoort = "ICE"\noin = "{LAS_OIN[:5]}"\nbase_url = "https://x"\n', "leveranciers[0].oin"),
        (f'[[leveranciers]]\ntoetssoort = "ICE"\noin = "{LAS_OIN}"\nbase_url = "https://x"\n' * 2, "configured twice"),
        (
            (
                f'[[leveranciers]]\ntoetssoort = "ICE"\noin = "{LAS_OIN}"\nbase_url = "https://x"\n'
                f'[[leveranciers]]\ntoetssoort = "DIA"\noin = "{OTHER_OIN}"\nbase_url = "https://x"\n'
            ),
            "share a host",
        ),
        (
            TEXT[TEXT.index("[[scholen]]") : TEXT.index("[[afspraken]]")].replace('"11BB"', '"11bb"'),
            "scholen[0].instellingscode",
        ),
        ('[[afspraken]]\nnaam = "x"\nversie = "x\\ty"\neerste_schooljaar = "2026-2027"\n', "versie"),
        ('[[afspraken]]\nnaam = "x"\nversie = "Doorstroomtoetsketen_v2"\neerste_schooljaar = "2026"\n', "afspraken[0]"),
        ('[[afspraken]]\nnaam = "x"\nbasis = "9"\nversie = "x"\neerste_schooljaar = "2026-2027"\n', "no afspraak named"),
    ],
)
def test_wrong_values(tmp_path: Path, extra: str, part: str) -> None:
    text = SMALL + extra if extra.startswith("[") else extra + SMALL
    assert part in problems(tmp_path, text)


def test_an_unknown_afspraak(tmp_path: Path) -> None:
    assert "no afspraak named" in problems(tmp_path, 'afspraak = "9"\n' + SMALL)


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    for content in (b"\xff\xfe", b"a = ", b'secret = "x'):
        (tmp_path / "x.toml").write_bytes(content)
        with pytest.raises(ConfigurationError) as caught:
            load_settings(tmp_path / "x.toml", {})
        assert caught.value.setting == "config"
    for path in (tmp_path / "weg.toml", tmp_path):
        with pytest.raises(ConfigurationError, match="cannot read"):
            load_settings(path, {})


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + SMALL).auteur == "X"


def test_the_table() -> None:
    assert len({item.name for item in SETTINGS}) == len(SETTINGS)
    assert {item.name for item in SETTINGS if item.secret} == {"certificate.password", "osr.api_key", "serve.password"}
    assert all(item.help for item in SETTINGS)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_from_a_file(keten: Keten, tmp_path: Path, kind: Any) -> None:
    file = keten.write_config(tmp_path / "doorstroom.toml")
    client = kind.from_config(file, schooljaar="2025-2026")
    assert [item.toetssoort for item in client.leveranciers] == ["ICE", "DIA", "ROUTE_8"]
    assert client.find_school("11BB" if any(s.instellingscode == "11BB" for s in client.scholen) else client.scholen[0].oin)


def test_a_client_with_a_shared_key_warns(test_pki: Pki) -> None:
    from doorstroom_client import ClientCertificate

    issued = test_pki.issue("gedeeld", oin=LAS_OIN)
    issued.key.chmod(0o644)
    with pytest.warns(SecurityWarning):
        Client(auteur="T", certificate=ClientCertificate(issued.cert, issued.key, test_pki.trust))


def test_what_to_do_about_unknown_pupils(tmp_path: Path) -> None:
    text = '[[leveranciers]]\ntoetssoort = "ICE"\noin = "00000003990000110000"\nbase_url = "https://t.example/dst"\n'
    more = 'bij_onbekende = "reports"\nonbekend_422 = true\n'
    path = tmp_path / "d.toml"
    path.write_text(f'auteur = "T"\n{text}{more}')
    (found,) = load_settings(path, given={"certificate"}).leveranciers
    assert (found.bij_onbekende, found.onbekend_422) == ("reports", True)
    path.write_text(f'auteur = "T"\n{text}bij_onbekende = "soms"\n')
    with pytest.raises(ConfigurationError, match="splits, reports, never"):
        load_settings(path, given={"certificate"})


PERIODE = """
[[testperiodes]]
naam = "adviezen"
van = 2026-12-07
tot = 2026-12-18
"""


def test_test_periods(tmp_path: Path) -> None:
    found = load(tmp_path, f'{TEXT}{PERIODE}met = ["ICE", "{SUPPLIER_OIN}", "DIA"]\n{PERIODE.replace("adviezen", "uitslagen")}')
    assert [(item.naam, item.van.isoformat(), item.tot.isoformat(), item.met) for item in found.testperiodes] == [
        ("adviezen", "2026-12-07", "2026-12-18", ("ICE", SUPPLIER_OIN, "DIA")),
        ("uitslagen", "2026-12-07", "2026-12-18", ()),
    ]
    assert load(tmp_path, TEXT).testperiodes == ()


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        (PERIODE.replace("van = 2026-12-07", ""), "testperiodes[0].van", "is missing"),
        (PERIODE.replace('naam = "adviezen"', 'naam = " "'), "testperiodes[0].naam", "is empty"),
        (PERIODE.replace("2026-12-18", "2026-12-06"), "testperiodes[0].tot", "lies before van"),
        (PERIODE.replace("2026-12-18", '"2026-12-18"'), "testperiodes[0].tot", "must be a day"),
        (PERIODE.replace("tot", "until"), "testperiodes[0].until", "is not a setting"),
        (f'{PERIODE}met = ["IEP"]', "testperiodes[0].met", 'no leverancier "IEP"'),
        *(
            (f"{PERIODE}met = {met}", "testperiodes[0].met", "a list of texts")
            for met in ('"ICE"', "[1]", '[["ICE"]]', "{a = 1}")
        ),
        (PERIODE + PERIODE.replace("2026-12", "2027-02"), "testperiodes[1].naam", "of that name in 2026-2027"),
    ],
)
def test_a_test_period_that_is_not_in_order(tmp_path: Path, text: str, place: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, TEXT + text)
    assert any(item.path == place and says in item.text for item in caught.value.problems), caught.value.problems
