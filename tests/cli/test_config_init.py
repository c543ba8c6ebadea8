"""A first settings file, made by questions or by arguments alone."""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
import stat
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.command_line import LEAVES, ROOT, Run
from typer.testing import CliRunner, Result

from doorstroom_client.cli import config_init
from doorstroom_client.cli._app import app
from doorstroom_client.config import load_settings
from doorstroom_client.config.examples import DEFAULTS, EXAMPLES, IN_COMMENTS
from doorstroom_client.config.inspection import afspraak
from doorstroom_client.config.reader import problems_in
from doorstroom_client.config.setting_sections import SECTIONS
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.simulator import Keten

SMALL = ("--set", "auteur=MijnLAS 1", "--set", "certificate.cert=las.pem", "--set", "certificate.trust=roots.pem")
YEAR = ("--set", "schooljaar=2025-2026")
"""There is an agreement of it, so that is not asked."""
Ask = Callable[..., Result]


def as_arguments(config: Path, key: Path) -> list[str]:
    """Settings that there are, as somebody would give them to `config init`; a secret goes to a file."""
    words = list[str]()
    document = tomllib.loads(config.read_text("utf-8"))
    for name, value in document.items():
        if isinstance(value, list):
            option = {"leveranciers": "--leverancier", "scholen": "--school"}[name]
            for item in value:
                words += [option, ",".join(f"{inner}={text}" for inner, text in item.items())]
            continue
        for inner, text in value.items() if isinstance(value, dict) else [("", value)]:
            setting = f"{name}.{inner}" if inner else name
            if setting == "osr.api_key":
                key.touch(0o600)
                key.write_text(text)
                words += ["--secret", f"osr.api_key={key}"]
            else:
                words += ["--set", f"{setting}={text}"]
    return words


def test_the_settings_of_the_simulator_by_commands_alone(keten: Keten, run: Run, tmp_path: Path) -> None:
    made = Path("mine.toml")
    assert (
        run("config", "init", "--no-input", "--to", made, *as_arguments(Path("doorstroom.toml"), Path("osr.key"))).exit_code
        == 0
    )
    theirs, ours = load_settings("doorstroom.toml", {}), load_settings(made, {})
    for name in ("auteur", "schooljaar", "osr", "leveranciers", "scholen", "receiving"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert run("config", "check", "--config", made).exit_code == 0
    assert run("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--config", made).exit_code == 0
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert "api_key_file = " in made.read_text("utf-8")


def test_every_comment_comes_from_the_table(run: Run) -> None:
    assert run("config", "init", *SMALL).exit_code == 0
    text = Path("doorstroom.toml").read_text("utf-8")
    prose = " ".join(re.sub(r"(?m)^# ", "", text).split())
    for section, about in SECTIONS.items():
        assert f"{about.purpose} {about.source}".strip() in prose, section
    for item in SETTINGS:
        if item.section in ("", "certificate", "osr", "leveranciers[]", "scholen[]"):
            assert item.help in prose, item.name
        else:
            assert re.search(rf"\b{item.key}\b", prose), item.name


def test_a_line_without_its_mark_is_a_setting(run: Run) -> None:
    run("config", "init", *SMALL)
    text = re.sub(r"(?m)^#(?=[a-z\[])", "", Path("doorstroom.toml").read_text("utf-8"))
    texts = [item.text for item in problems_in(text, Path(), {})]
    assert not [text for text in texts if "is not a setting" in text or "quotes" in text or "list of texts" in text]
    assert set(tomllib.loads(text)) >= {"auteur", "store", "certificate", "osr", "leveranciers", "scholen"}


def test_what_is_missing_or_wrong_is_told_at_once_and_nothing_is_written(run: Run) -> None:
    told = run("config", "init", "--no-input", "--set", "timeouts.post=0", "--set", "osr.oin=1", "--json")
    assert told.exit_code == 78
    found = {item["setting"]: item["line"] for item in json.loads(told.stdout)["problemen"]}
    assert found == dict.fromkeys(
        ["auteur", "certificate.cert", "certificate.trust", "osr.base_url", "osr.namespace", "osr.oin", "timeouts.post"]
    )
    assert not Path("doorstroom.toml").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--set", "autuer=x"), "is not a setting; did you mean auteur?"),
        (("--set", "auteur"), "has no value"),
        (("--set", "osr.api_key=geheim"), "--secret osr.api_key=FILE"),
        (("--set", "timeouts.post=snel"), "must be a number"),
        (("--set", "leveranciers.oin=1"), "use --leverancier, --school or --afspraak"),
        (("--secret", "auteur=x"), "is no secret"),
        (("--leverancier", "toets=ICE"), "is not a setting; did you mean toetssoort?"),
        (("--leverancier", "ICE"), "is not a setting"),
        (("--leverancier", "herhaal_na=snel"), "must be a number"),
        (("--school", ""), "an empty part"),
    ],
)
def test_an_argument_that_is_not_of_its_form(words: tuple[str, ...], says: str, run: Run) -> None:
    told = run("config", "init", *SMALL, *words)
    assert told.exit_code == 64
    assert says in told.stderr
    assert "geheim" not in told.output
    assert not Path("doorstroom.toml").exists()


def test_a_file_that_is_there_stays_until_told_otherwise(run: Run) -> None:
    Path("doorstroom.toml").write_text("mine")
    told = run("config", "init", *SMALL)
    assert (told.exit_code, Path("doorstroom.toml").read_text()) == (64, "mine")
    assert run("config", "init", *SMALL, "--force").exit_code == 0
    assert load_settings(None, {}).auteur == "MijnLAS 1"


def test_paths_count_from_the_folder_of_the_file(run: Run) -> None:
    Path("etc").mkdir()
    assert run("config", "init", *SMALL, "--set", "store=/var/x.db", "--to", "etc/d.toml", "--schema").exit_code == 0
    text = Path("etc/d.toml").read_text("utf-8")
    document = tomllib.loads(text)
    assert document["certificate"] == {"cert": "../las.pem", "trust": "../roots.pem"}
    assert document["store"] == "/var/x.db"
    schema = re.match(r"#:schema (\S+)\n", text)
    assert schema
    assert json.loads((Path("etc") / schema[1]).read_text("utf-8"))["title"]


def test_schools_from_a_list(run: Run) -> None:
    codes = "instellingscode;vestigingscode;onderwijsaanbiedercode;onderwijslocatiecode;administratienr;routeringskenmerk;naam"
    line = '99AA;00;901A901;901X901;01;0000000700099AA00530;"De Ark, Noord"'
    Path("scholen.csv").write_text(f"{codes}\n{line}\n")
    assert run("config", "init", *SMALL, "--scholen", "scholen.csv").exit_code == 0
    (school,) = load_settings(None, {}).scholen
    assert (school.naam, school.oin) == ("De Ark, Noord", "0000000700099AA00000")
    assert "oin" not in tomllib.loads(Path("doorstroom.toml").read_text())["scholen"][0]
    other = "naam=De Ark, Zuid,instellingscode=99BB,vestigingscode=00,onderwijsaanbiedercode=902A902"
    more = f"{other},onderwijslocatiecode=902X902,administratienr=01,routeringskenmerk=0000000700099BB00530"
    assert run("config", "init", *SMALL, "--scholen", "scholen.csv", "--school", more, "--overwrite").exit_code == 0
    assert {item.naam for item in load_settings(None, {}).scholen} == {"De Ark, Noord", "De Ark, Zuid"}
    Path("scholen.csv").write_text(f"{codes}\n{line.replace('901A', '901B')}\n")
    assert run("config", "init", *SMALL, "--scholen", "scholen.csv", "--to", "x.toml").exit_code == 65
    assert not Path("x.toml").exists()


def test_what_still_lacks_and_the_next_command(keten: Keten, run: Run) -> None:
    told = run("config", "init", *SMALL, "--to", "x.toml")
    assert told.exit_code == 0
    assert "cannot read las.pem" in told.stdout
    assert told.stderr.endswith(" config check --config x.toml\n")
    words = as_arguments(Path("doorstroom.toml"), Path("osr.key"))
    document = json.loads(run("config", "init", "--to", "y.toml", *words, "--json").stdout)
    assert (document["ok"], document["file"]) == (True, "y.toml")
    assert document["next"].endswith(" leverancier check --config y.toml")


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run `config init` as if a person answers."""
    monkeypatch.setattr(config_init, "somebody_answers", lambda: True)

    def invoke(*answers: str, words: tuple[Any, ...] = ()) -> Result:
        return CliRunner().invoke(app, ["config", "init", *map(str, words)], input="".join(f"{item}\n" for item in answers))

    return invoke


def test_questions_with_what_is_wrong_told_at_once(ask: Ask) -> None:
    told = ask(
        *("", "MijnLAS 1", "kept.db"),
        *("las.pem", "", "las.key", "roots.pem", "", "wachtwoord"),  # the files come later
        *(
            "http://osr.example",
            "https://osr.example/api/v2",
            "ns",
            "12",
            "00000003990000110000",
            "test",
            "sandbox",
            "sleutel-4711",
        ),
        *("", "X-Key"),  # the key needs it
        *("ICE", "1", "00000003990000110000", "https://toets.example", "Bureau"),
        "",
        "",
        *("99AA", "00", "901A901", "901X901", "01", "0000000700099BB00530", ""),
        *("99aa", "0", "00", "901a901", "901x901", "01", "0000000700099aa00530", "De Ark"),
        "",
        words=YEAR,
    )
    assert told.exit_code == 0, told.output
    for part in (
        "This one is required",
        "must start with https://",
        "expected an OIN",
        "must be one of: productie",
        "holds another BRIN",
        'write "00"',
    ):
        assert part in told.stderr, part
    for section in ("certificate", "osr", "leveranciers[]", "scholen[]"):
        assert SECTIONS[section].source.partition(".")[0].split(",")[0][:60] in " ".join(told.stderr.split())
    made = load_settings(None, {})
    assert (made.auteur, made.osr.environment if made.osr else "", made.scholen[0].naam) == ("MijnLAS 1", "sandbox", "De Ark")
    assert [item.naam for item in made.leveranciers] == ["Bureau"]
    text = Path("doorstroom.toml").read_text()
    for secret, file in (("wachtwoord", "certificate.password.secret"), ("sleutel-4711", "osr.api_key.secret")):
        assert secret not in text + told.output
        assert Path(file).read_text().strip() == secret
        assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
    assert made.own_certificate.password == "wachtwoord"


def test_what_was_given_is_not_asked(ask: Ask) -> None:
    told = ask("", "", "", "", "", "", "", words=(*SMALL, *YEAR, "--set", "store=x.db"))
    assert told.exit_code == 0, told.output
    assert "auteur:" not in told.stderr
    assert "osr.namespace" not in told.stderr
    assert load_settings(None, {}).osr is None


def test_a_list_of_schools_that_cannot_be_read_is_asked_once_more(ask: Ask) -> None:
    told = ask("", "", "", "", "weg.csv", "", "", words=(*SMALL, *YEAR, "--set", "store=x.db"))
    assert told.exit_code == 0, told.output
    assert "weg.csv" in told.stderr


def test_stopped_half_way_nothing_is_written(ask: Ask) -> None:
    told = ask("MijnLAS 1", "", "las.pem", words=("--to", "nieuw/dieper/d.toml", *YEAR))
    assert told.exit_code == 130
    assert list(Path().iterdir()) == []


def test_a_secret_of_before_is_not_overwritten(ask: Ask) -> None:
    Path("certificate.password.secret").write_text("van gisteren")
    told = ask("", "wachtwoord", "", "", "", "", words=(*SMALL, *YEAR, "--set", "store=x.db"))
    assert told.exit_code == 64, told.output
    assert Path("certificate.password.secret").read_text() == "van gisteren"
    assert not Path("doorstroom.toml").exists()


OSR = ("--set", "osr.base_url=https://osr.example/api/v2", "--set", "osr.namespace=ns")
ICE = ("--leverancier", "toetssoort=ICE,oin=00000003990000110000,base_url=https://toets.example")
CODES = "instellingscode=12AB,vestigingscode=00,onderwijsaanbiedercode=901A901,onderwijslocatiecode=901X901,administratienr=01"
SCHOOL = ("--school", f"{CODES},routeringskenmerk=0000000700012AB00530")
TOGETHER = {"api_key_file": "api_key_header", "api_key_header": "api_key_file"}


def test_each_commented_line_may_be_uncommented_by_itself(run: Run) -> None:
    for name in ("osr.api_key", "certificate.password"):
        Path(f"{name}.secret").touch(0o600)
        Path(f"{name}.secret").write_text("geheim")
    run("config", "init", *SMALL, *OSR, *ICE, *SCHOOL)
    lines = Path("doorstroom.toml").read_text("utf-8").splitlines()
    commented = {line[1:].partition(" ")[0]: at for at, line in enumerate(lines) if re.match("#[a-z]", line)}
    assert {"suspect_from", "herhaal_na", "per_second", "names", "las_naam", "password_file", "oin"} <= set(commented)
    plain, one = load_settings(None, {}), Path("one.toml")
    for at, line in enumerate(lines):
        if not re.match("#[a-z]", line):
            continue
        key = line[1:].partition(" ")[0]
        marked = {at} | ({commented[TOGETHER[key]]} if key in TOGETHER else set())
        one.write_text("\n".join(text[1:] if here in marked else text for here, text in enumerate(lines)))
        made = load_settings(one, {})  # raises when it is not read
        section = next(text for text in reversed(lines[:at]) if re.match(r"#?\[|# Who you are in", text)).strip("#")
        name = key if section.startswith(" Who") else f"{section.strip('[]')}{'[]' if '[[' in section else ''}.{key}"
        if name in DEFAULTS:
            assert replace(made, retry=plain.retry) == plain, line
            stated = re.search(r'default "?([^:;")]+)', next(item.help for item in SETTINGS if item.name == name))
            assert stated is None or stated[1] == str(DEFAULTS[name]).lower().replace("doorstroom", "DOORSTROOM"), name
    shown = [item.name for item in SETTINGS if item.section in ("", "certificate", "osr", "leveranciers[]", "scholen[]")]
    assert {name for name in shown if name not in {**DEFAULTS, **IN_COMMENTS, **EXAMPLES}} == {
        "certificate.password",
        "osr.api_key",
    }


LACKS = ("--set", "afspraak=1.0")
"""An agreement of years that are over, on every day on which this is run."""


def test_a_year_without_an_agreement_is_asked_for_first_and_only_then(ask: Ask) -> None:
    rest = ("", "", "", "", "", "")  # key, password, osr, supplier, school list, schools
    told = ask("", "2025-26", "2025-2026", "", "", words=(*SMALL, *LACKS, "--set", "store=x.db"))
    assert told.exit_code == 130, told.output  # 1.0 is not of 2025-2026 either, so it is asked again
    assert told.stderr.index("[[afspraken]]") < told.stderr.index("versie (empty: you do not have it)")
    told = ask("Doorstroomtoetsketen_v9.9", *rest, words=(*SMALL, *LACKS, "--set", "store=x.db"))
    assert told.exit_code == 0, told.output
    made = load_settings(None, {})
    assert made.the_afspraak().versie == "Doorstroomtoetsketen_v9.9"
    assert afspraak(made).state == "ok"
    told = ask("", "2024-2025", *rest, words=(*SMALL, *LACKS, "--set", "store=x.db", "--to", "b.toml"))
    assert (told.exit_code, load_settings("b.toml", {}).schooljaar) == (0, "2024-2025"), told.output
    told = ask("", "", *rest, words=(*SMALL, *LACKS, "--set", "store=x.db", "--to", "c.toml"))
    assert told.exit_code == 0, told.output
    assert "Then nothing can be sent" in told.stderr
    assert 'schooljaar = "' in " ".join(told.stdout.replace("\u2502", " ").split())


def test_an_agreement_by_arguments_is_the_one_that_is_written(run: Run, ask: Ask) -> None:
    words = ("--afspraak", "naam=eigen,versie=Doorstroomtoetsketen_v9.9,eerste_schooljaar=2025-2026")
    assert run("config", "init", "--no-input", *SMALL, *words).exit_code == 0
    assert load_settings(None, {}).the_afspraak().naam == "eigen"
    told = ask("", "", "", "", "", "", words=(*SMALL, *words, "--set", "store=x.db", "--to", "b.toml"))
    assert told.exit_code == 0, told.output
    assert "versie" not in told.stderr


def test_the_folder_is_made_and_private(run: Run) -> None:
    Path("osr.key").touch(0o600)
    Path("osr.key").write_text("geheim")
    words = (*SMALL, *OSR, "--set", "osr.api_key_header=X-Key", "--secret", "osr.api_key=osr.key")
    assert run("config", "init", *words, "--to", "las/test/doorstroom.toml").exit_code == 0
    assert [stat.S_IMODE(Path(name).stat().st_mode) for name in ("las", "las/test")] == [0o700, 0o700]
    osr = load_settings("las/test/doorstroom.toml", {}).osr
    assert osr is not None
    assert osr.api_key == "geheim"
    assert run("config", "init", "--set", "auteur=x", "--to", "leeg/d.toml").exit_code == 78
    assert not Path("leeg").exists()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--to", "vol.toml"), 64, "exists"),
        (("--to", "vol.toml/x.toml"), 74, "there is a file of that name"),
        (("--to", "map"), 74, "no file"),
        (("--to", "dicht/d.toml"), 74, "cannot write in dicht"),
        (("--secret", "osr.api_key=weg.key"), 78, "cannot be read"),
        (("--set", "osr.oin=12"), 78, "osr.oin"),
        (("--leverancier", "toetssoort=ICE"), 78, "leveranciers[0].oin"),
        ((), 64, "--secret osr.api_key=osr.api_key.secret"),
    ],
)
def test_what_can_be_known_before_is_told_before_the_first_question(
    words: tuple[str, ...], code: int, says: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("vol.toml").write_text("mine")
    Path("map").mkdir()
    Path("dicht").mkdir()
    Path("osr.api_key.secret").write_text("van gisteren")
    make = tempfile.mkstemp

    def refuse(*args: Any, **named: Any) -> Any:
        if Path(named["dir"]).name == "dicht":
            raise PermissionError(13, "Permission denied")
        return make(*args, **named)

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    told = ask(words=words)
    assert told.exit_code == code, told.output
    assert says in " ".join(told.stderr.split())
    assert "auteur:" not in told.stderr
    assert Path("vol.toml").read_text() == "mine"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates and keys of a chain, and the key encrypted."""
    from cryptography.hazmat.primitives import serialization as form

    folder = tmp_path_factory.mktemp("pki")
    with Keten(folder) as keten:
        own = keten.certificate
        made = {"las.pem": own.cert, "las.key": own.key, "roots.pem": own.trust}
        texts = {
            name: Path(str(file if not isinstance(file, tuple | list) else file[0])).read_bytes() for name, file in made.items()
        }
    key = form.load_pem_private_key(texts["las.key"], None)
    locked = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.BestAvailableEncryption(b"goed"))
    out = tmp_path_factory.mktemp("files")
    for name, text in {**texts, "locked.key": locked}.items():
        (out / name).touch(0o600)
        (out / name).write_bytes(text)
    return out


def test_files_are_looked_at_when_they_are_named(ask: Ask, pki: Path) -> None:
    told = ask(
        *(pki / "las.key", pki / "las.pem"),  # a key is no certificate
        *("", pki / "las.pem", pki / "locked.key"),  # there is none in the certificate's file, nor is that one
        *(pki / "weg.pem", pki / "las.key", pki / "roots.pem"),
        *("", "fout", "goed"),  # it is encrypted
        *("", "", "", ""),
        words=("--set", "auteur=x", "--set", "store=x.db", *YEAR, "--to", "las/d.toml"),
    )
    assert told.exit_code == 0, told.output
    made = load_settings("las/d.toml", {}).own_certificate
    assert [Path(str(item)).name for item in (made.cert, made.key, *made.trust_files)] == ["las.pem", "locked.key", "roots.pem"]
    assert made.password == "goed"
    said = " ".join(told.stderr.split())
    for part in ("las.key holds", "cannot read", "the private key is encrypted", "the passphrase is wrong"):
        assert part in said, part
    for way_out in ("an empty answer keeps that one for now", "an empty answer leaves it out for now"):
        assert way_out in said
    assert "fout" not in said + told.stdout


def test_files_that_come_later(ask: Ask) -> None:
    told = ask(
        "las.pem", "", "", "roots.pem", "", "", "", "", "", "", words=("--set", "auteur=x", "--set", "store=x.db", *YEAR)
    )
    assert told.exit_code == 0, told.output
    assert tomllib.loads(Path("doorstroom.toml").read_text())["certificate"] == {"cert": "las.pem", "trust": "roots.pem"}


def test_what_an_opened_section_needs_is_required(ask: Ask) -> None:
    given = (*SMALL, *YEAR, "--set", "store=x.db", "--set", "osr.oin=00000003990000020000", "--set", "osr.api_key_header=X-Key")
    told = ask("", "", "", "https://osr.example/api", "", "ns", "", "", "sleutel", "", "", "", words=given)
    assert told.exit_code == 0, told.output
    assert told.stderr.count("This one is required") == 3
    assert "namespace (may be left out)" not in told.stderr


def test_what_a_variable_needs_is_required(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTROOM_OSR_BASE_URL", "https://osr.example/api")
    monkeypatch.setenv("DOORSTROOM_OSR_API_KEY", "sleutel")
    told = ask(
        *("", "", "", "", "ns", "", "", "X-Key"),
        *("", "", ""),
        words=(*SMALL, *YEAR, "--set", "store=x.db", "--set", "osr.environment=sandbox"),
    )
    assert told.exit_code == 0, told.output
    assert load_settings().osr is not None
    assert "sleutel" not in told.output


def test_a_supplier_can_be_given_up_and_is_followed_by_another(ask: Ask) -> None:
    told = ask(
        *("", "", ""),
        *("ROUTE", "12", ""),
        *("ICE", "00000003990000110000", "https://toets.example", ""),
        *("", "", ""),
        words=(*SMALL, *YEAR, "--set", "store=x.db"),
    )
    assert told.exit_code == 0, told.output
    assert [item.toetssoort for item in load_settings(None, {}).leveranciers] == ["ICE"]
    for part in ("toetssoort (empty to go on)", "oin (empty: forget this toetssoort)", "ROUTE is not taken, as it has no oin"):
        assert part in told.stderr, part
    assert "toetssoort (another one, or empty to go on)" in told.stderr
    assert " ".join(told.stderr.split()).count(SECTIONS["scholen[]"].purpose) == 1


def test_codes_of_a_school_in_small_letters(run: Run) -> None:
    words = SCHOOL[1].replace("12AB", "12ab").replace("901A901", "901a901").replace("901X901", "901x901")
    assert run("config", "init", *SMALL, "--school", f"naam=De ark,{words}").exit_code == 0
    (school,) = load_settings(None, {}).scholen
    assert (school.instellingscode, school.onderwijsaanbiedercode, school.naam) == ("12AB", "901A901", "De ark")
    keys, values = zip(*(part.split("=") for part in words.split(",")), strict=True)
    Path("scholen.csv").write_text(f"{';'.join(keys)}\n{';'.join(values)}\n")
    assert run("config", "init", *SMALL, "--scholen", "scholen.csv", "--overwrite").exit_code == 0
    assert load_settings(None, {}).scholen[0].routeringskenmerk == "0000000700012AB00530"
    told = run("config", "init", *SMALL, "--school", words.replace("vestigingscode=00", "vestigingscode=0"), "--overwrite")
    assert told.exit_code == 78
    assert 'write "00"' in told.stderr


def test_questions_and_help_fit_80_columns(ask: Ask, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "TERMINAL_WIDTH"):
        monkeypatch.setenv(name, "80")
    told = ask("", "", "", "", "", "", words=(*SMALL, *YEAR, "--set", "store=x.db"))
    lines = re.split(r"\n|\): ?", told.stderr)  # what is typed does not stand here, nor does its line end
    assert [line for line in lines if len(line) > 80] == []
    assert "MijnLAS 4.2" in ask(words=("--to", "x.toml", *YEAR)).stderr
    helped = "".join(re.findall(r"│([^│]*)│", run("config", "init", "--help").stdout))
    for item in next(command for path, command in LEAVES if path == ("config", "init")).params:
        assert [word for word in item.help.replace("\\", "").split() if word not in helped] == [], item.name


def test_the_example_of_the_page_leads_to_settings_that_can_be_used(run: Run) -> None:
    page = (ROOT / "docs/how-to/first-configuration.md").read_text("utf-8")
    block = next(item for item in re.findall(r"```bash\n(.+?)```", page, re.DOTALL) if "--no-input" in item)
    year = Schooljaar.on(dt.datetime.now(amsterdam()).date())
    words = shlex.split(block.replace("\\\n", " ").replace("/run/secrets/", "").replace("2026-2027", year))
    Path("osr-api-key").touch(0o600)
    Path("osr-api-key").write_text("geheim")
    keys, values = zip(*(part.split("=") for part in f"{SCHOOL[1]},naam=De Ark".split(",")), strict=True)
    Path("scholen.csv").write_text(f"{';'.join(keys)}\n{';'.join(values)}\n")
    assert words[0] == "doorstroom"
    told = run(*words[1:], "--json")
    assert told.exit_code == 0, told.output
    states = {item["check"]: item["state"] for item in json.loads(told.stdout)["checks"]}
    assert {name for name, state in states.items() if state == "error"} == {"certificate"}
    assert "afspraak" in states


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--set", "store=postgresql://u:GEHEIM@host/db"), "--secret store=FILE"),
        (("--set", "auteur=\udcff"), "another encoding"),
        (("--leverancier", "toetssoort=\udcff"), "another encoding"),
    ],
)
def test_what_cannot_be_written_there_is_refused(words: tuple[str, ...], says: str, run: Run) -> None:
    before = set(Path().iterdir())
    told = run("config", "init", "--no-input", "--to", "x.toml", *SMALL, *YEAR, *words)
    assert told.exit_code == 64
    assert says in " ".join(re.sub("[│╭╮╰╯─]", " ", told.stderr).split())
    assert "GEHEIM" not in told.stdout + told.stderr
    assert set(Path().iterdir()) == before


def test_a_closed_stdin_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert config_init.somebody_answers() is False
