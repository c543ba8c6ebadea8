"""A first settings file, made by questions or by arguments alone."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Run
from typer.testing import CliRunner, Result

from doorstroom_client.cli import config_init
from doorstroom_client.cli._app import app
from doorstroom_client.config import load_settings
from doorstroom_client.config.examples import DEFAULTS, EXAMPLES, IN_COMMENTS
from doorstroom_client.config.reader import problems_in
from doorstroom_client.config.sections import SECTIONS
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.simulator import Keten

SMALL = ("--set", "auteur=MijnLAS 1", "--set", "certificate.cert=las.pem", "--set", "certificate.trust=roots.pem")
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
        (("--set", "leveranciers.oin=1"), "use --leverancier or --school"),
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
        *("las.pem", "las.key", "roots.pem", "wachtwoord"),
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
        *("99AA", "0", "00", "901A901", "901X901", "01", "0000000700099AA00530", "De Ark"),
        "",
    )
    assert told.exit_code == 0, told.output
    for part in (
        "This one is required",
        "must start with https://",
        "expected an OIN",
        "must be one of: productie",
        "holds another BRIN",
        'expected 2 digits as text, like "00"',
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
    told = ask("", "", "", "", "", "", "", words=(*SMALL, "--set", "store=x.db"))
    assert told.exit_code == 0, told.output
    assert "auteur:" not in told.stderr
    assert "osr.namespace" not in told.stderr
    assert load_settings(None, {}).osr is None


def test_a_list_of_schools_that_cannot_be_read_is_asked_once_more(ask: Ask) -> None:
    told = ask("", "", "", "", "weg.csv", "", "", words=(*SMALL, "--set", "store=x.db"))
    assert told.exit_code == 0, told.output
    assert "weg.csv" in told.stderr


def test_stopped_half_way_nothing_is_written(ask: Ask) -> None:
    told = ask("MijnLAS 1", "", "las.pem")
    assert told.exit_code == 130
    assert list(Path().iterdir()) == []


def test_a_secret_of_before_is_not_overwritten(ask: Ask) -> None:
    Path("certificate.password.secret").write_text("van gisteren")
    told = ask("", "wachtwoord", "", "", "", "", words=(*SMALL, "--set", "store=x.db"))
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
