"""Everything that is wrong with the settings is told at once, each with the line or the variable where it stands."""

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path

import pytest

from doorstroom_client import SecurityWarning
from doorstroom_client.config import SettingProblem, UnknownVariableWarning, load_settings
from doorstroom_client.config.assembling import Assembling
from doorstroom_client.config.collected import Collected
from doorstroom_client.config.examples import EXAMPLES
from doorstroom_client.config.table import PREFIX, SETTINGS
from doorstroom_client.config.toml_lines import line_of, lines_of
from doorstroom_client.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
GOOD = 'auteur = "X"\n[certificate]\ncert = "c"\ntrust = "t"\n'


def found(folder: Path, text: str, env: dict[str, str] | None = None) -> dict[str, SettingProblem]:
    """The problems by setting; of each setting there is one."""
    file = folder / "doorstroom.toml"
    file.write_bytes(text.encode())
    file.chmod(0o600)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(file, env or {})
    problems = caught.value.problems
    assert all(isinstance(item, SettingProblem) for item in problems)
    assert len({item.path for item in problems}) == len(problems)
    told = f"{caught.value.message} {caught.value.hint}"
    assert str(file) in told or not any(item.line for item in problems if isinstance(item, SettingProblem))
    return {item.path: item for item in problems if isinstance(item, SettingProblem)}


def numbers(text: str, folder: Path) -> dict[str, int | None]:
    return {name: item.line for name, item in found(folder, text).items()}


MANY = """\
auteurr = "X"
schooljaar = 2025
# a comment
[certificate]
certt = "c"
trust = [
  "a", # x
  5,
]

[osr]
base_url = "http://osr.example"
oin = "12"
names = "kamel"
suspect_from = -3
namespace = " n"
[[leveranciers]]
oin = "1"
herhaal_na = 999
[[leveranciers]]
toetssoort = "ICE"
oin = "1"
base_url = "nee"
bij_onbekende = "soms"
[[scholen]]
instellingscode = "99aa"
vestigingscode = 0
onderwijsaanbiedercode = "901A901"
onderwijslocatiecode = "901X901"
routeringskenmerk = "0000000700099BB00530"
[timeouts]
post = 0
osr = -1
[retry]
attempts = 9
longest_wait = -1
[retention]
days = -1
marks_days = 2.5
[serve]
port = 99999
[edexml]
jaargroepen = ["9"]
jaargroep_voor_s = "6"
[[afspraken]]
naam = "x"
basis = "9"
versie = ""
eerste_schooljaar = "2026"
"""


def test_every_value_that_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    assert numbers(MANY, tmp_path) == {
        "auteur": None,
        "auteurr": 1,
        "schooljaar": 2,
        "certificate.cert": 4,
        "certificate.certt": 5,
        "certificate.trust": 6,
        "osr.base_url": 12,
        "osr.oin": 13,
        "osr.names": 14,
        "osr.suspect_from": 15,
        "osr.namespace": 16,
        "leveranciers[0].toetssoort": 17,
        "leveranciers[0].base_url": 17,
        "leveranciers[0].oin": 18,
        "leveranciers[0].herhaal_na": 19,
        "leveranciers[1].oin": 22,
        "leveranciers[1].base_url": 23,
        "leveranciers[1].bij_onbekende": 24,
        "scholen[0].administratienr": 25,
        "scholen[0].instellingscode": 26,
        "scholen[0].vestigingscode": 27,
        "timeouts.post": 32,
        "timeouts.osr": 33,
        "retry.attempts": 35,
        "retry.longest_wait": 36,
        "retention.days": 38,
        "retention.marks_days": 39,
        "serve.port": 41,
        "edexml.jaargroepen": 43,
        "edexml.jaargroep_voor_s": 44,
        "afspraken[0].basis": 47,
        "afspraken[0].versie": 48,
        "afspraken[0].eerste_schooljaar": 49,
    }


def test_an_error_with_places_can_be_handed_to_another_process(tmp_path: Path) -> None:
    item = found(tmp_path, MANY)["osr.oin"]
    assert pickle.loads(pickle.dumps(item)) == item
    assert str(item).startswith("line 13, osr.oin: expected an OIN")


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ('\n\n"auteur" = 5\n', "auteur", 3),
        ("osr.oin = 5\n", "osr.oin", 1),
        ('x = """\n[osr]\n"""\n[osr]\n\n  oin = 5\n', "osr.oin", 6),
        ("osr = {base_url = 1,\\u006fin = 5}\n".replace("\\u006f", "o"), "osr.oin", 1),
        ('scholen = [\n {naam = "a"},\n # x\n {naam = 5},\n]\nauteur = 5\n', "auteur", 6),
        ("[[scholen]]\n[[scholen]]\n[[scholen]]\nnaam = 5\n", "scholen[2].naam", 4),
        ("[leveranciers]\nnaam = 5\n", "leveranciers[0].naam", 2),
        ("[ 'osr' ] # x\noin = 5\n", "osr.oin", 2),
        ("\r\n[osr]\r\noin = 5\r\n", "osr.oin", 3),
        ("\ufeff[osr]\noin = 5\n", "osr.oin", 2),
        ("osr = 5\n", "osr", 1),
        ("timeouts.post = 5 # a, b,\ntimeouts.osr = '#'\n", "timeouts.osr", 2),
        ("[[scholen.x]]\na = 1\n[scholen.y]\n", "scholen[0].y", 3),
    ],
)
def test_a_setting_is_found_however_it_is_written(tmp_path: Path, text: str, path: str, line: int) -> None:
    assert numbers(text, tmp_path)[path] == line


def test_of_thousands_of_schools_the_one(tmp_path: Path) -> None:
    text = "".join(f'[[scholen]]\nnaam = "{number}"\n' for number in range(3000))
    lines = lines_of(f"{text}[[scholen]]\nnaam = 5\n")
    assert (line_of("scholen[3000].naam", lines), line_of("scholen[1500].oin", lines)) == (6002, 3001)


def test_text_that_only_looks_like_a_setting_is_none() -> None:
    assert lines_of('a = """\n[osr]\noin = 5\n"""\n') == {"a": 1}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = [\n1\nc = 2\n", 4),
        ('a = 1\nb = "x\nc = 2\n', 2),
        ("a = 1\n\nb 2\n", 3),
        ("a = 1\na = 2\n", 2),
        ("[osr]\n[osr]\n", 2),
        ("a = 1\nb = \n", 2),
    ],
)
def test_a_file_that_is_no_toml_has_its_line(tmp_path: Path, text: str, line: int) -> None:
    (item,) = found(tmp_path, text).values()
    assert (item.path, item.line) == ("config", line)


def test_what_belongs_elsewhere_is_told(tmp_path: Path) -> None:
    said = found(tmp_path, f'{GOOD}namespace = "n"\npost = 3\nauteur = "x"\n[leverancier]\nx = 1\n[certificaat]\n')
    assert {name: item.text for name, item in said.items()} == {
        "certificate.namespace": "is not a setting",  # of two sections
        "certificate.post": "is not a setting here; it belongs under [timeouts]",
        "certificate.auteur": "is not a setting here; it belongs at the top of the file",
        "leverancier": 'is not a setting; did you mean "leveranciers"?',
        "certificaat": 'is not a setting; did you mean "certificate"?',
    }


def test_a_value_of_a_variable_is_told_by_its_name_and_not_by_a_line(tmp_path: Path) -> None:
    text = f'{GOOD}[osr]\nbase_url = 5\nnamespace = "n"\n[timeouts]\npost = 0\n'
    env = {"DOORSTROOM_OSR_BASE_URL": "http://osr.example", "DOORSTROOM_TIMEOUTS_POST": "7", "DOORSTROOM_OSR_OIN": "5"}
    said = found(tmp_path, text, env)
    assert {name: (item.place, item.line) for name, item in said.items()} == {
        "osr.base_url": ("DOORSTROOM_OSR_BASE_URL", None),
        "osr.oin": ("DOORSTROOM_OSR_OIN", None),
    }


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("AUTUER", "did you mean DOORSTROOM_AUTEUR?"),
        ("OSR_NAMESPASE", "did you mean DOORSTROOM_OSR_NAMESPACE?"),
        ("OSR_API_KEY_FILES", "did you mean DOORSTROOM_OSR_API_KEY_FILE?"),
        ("CONFG", "did you mean DOORSTROOM_CONFIG?"),
        ("STROE", "did you mean DOORSTROOM_STORE?"),
        ("auteur", "did you mean DOORSTROOM_AUTEUR?"),
        ("AUTEUR_FILE", "set DOORSTROOM_AUTEUR itself"),
        ("LEVERANCIERS_OIN", "write it in the file, under [[leveranciers]]"),
        ("SCHOLEN", "write it in the file, under [[scholen]]"),
    ],
)
def test_a_slip_in_the_name_of_a_variable_is_an_error(tmp_path: Path, name: str, says: str) -> None:
    env = {f"{PREFIX}{name}": "x"}
    said = found(tmp_path, GOOD, env)[f"{PREFIX}{name}"]
    assert says in said.text
    assert said.line is None


@pytest.mark.filterwarnings("ignore:the variable DOORSTROOM_")
def test_the_variables_of_our_own_tools_and_tests_are_none_of_ours() -> None:
    names = set[str]()
    for folder in ("tests", "tools", ".ci", "benchmarks"):
        for file in (path for path in (ROOT / folder).rglob("*") if path.suffix in ("", ".py") and path.is_file()):
            names |= set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", file.read_text("utf-8", "ignore")))
    known = {item.variable for item in SETTINGS} | {f"{item.variable}_FILE" for item in SETTINGS if item.from_file}
    read = {name for name in os.environ if name.startswith(PREFIX)} | {f"{PREFIX}SPEC_DIR", f"{PREFIX}KILLS", f"{PREFIX}AXE"}
    theirs = (names | read) - known - {f"{PREFIX}CONFIG"} - SLIPS
    assert {f"{PREFIX}SPEC_DIR", f"{PREFIX}FUZZ_SECONDS", f"{PREFIX}OSR_EXAMPLES"} <= theirs
    load_settings(None, dict.fromkeys(theirs, "x") | {"DOORSTROOM_AUTEUR": "x"}, given={"certificate"})


SLIPS = {
    f"{PREFIX}{name}"
    for name in (
        "AUTUER",
        "OSR_NAMESPASE",
        "OSR_API_KEY_FILES",
        "OSR_API_KEYS",
        "CONFG",
        "STROE",
        "AUTEUR_FILE",
        "LEVERANCIERS_OIN",
        "SCHOLEN",
    )
} | {f"{PREFIX}SCHOLJAAR"}
"""Those of the tests of slips."""


def test_a_variable_of_another_program_is_told_and_not_refused() -> None:
    with pytest.warns(UnknownVariableWarning, match="DOORSTROOM_FRONTEND_COLOUR is no setting"):
        load_settings(None, {"DOORSTROOM_FRONTEND_COLOUR": "x", "DOORSTROOM_AUTEUR": "x"}, given={"certificate"})


def test_the_examples_fit_beside_each_other() -> None:
    """A value is judged in their company, so none of them may be what is wrong."""
    values = Collected(Path())
    for name, value in EXAMPLES.items():
        section, _, key = name.rpartition(".")
        if section.endswith("[]"):
            items = values.lists.setdefault(section[:-2], [{}])
            items[0][key] = value
        elif name != "osr.namespace":  # the school year has it
            values.sections.setdefault(section, {})[key] = value
    assert Assembling(values, ()).settings() is not None, values.problems
    assert {item.name for item in SETTINGS if item.required} <= set(EXAMPLES)


OSR = f'{GOOD}[osr]\nbase_url = "https://osr.example"\nnamespace = "n"\napi_key_header = "X-Key"\n'


def test_a_secret_in_a_file_that_the_settings_name(tmp_path: Path) -> None:
    secret = tmp_path / "osr.key"
    secret.write_text("geheim\n")
    secret.chmod(0o600)
    file = tmp_path / "doorstroom.toml"
    file.write_text(f'{OSR}api_key_file = "osr.key"\n')
    file.chmod(0o644)  # there is no secret in it
    made = load_settings(file, {}).osr
    assert made is not None
    assert dict(made.auth.headers()) == {"X-Key": "geheim"}
    other = load_settings(file, {"DOORSTROOM_OSR_API_KEY": "ander"}).osr
    assert other is not None
    assert dict(other.auth.headers()) == {"X-Key": "ander"}
    secret.chmod(0o644)
    with pytest.warns(SecurityWarning):
        load_settings(file, {})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('api_key_file = "weg"\n', "the file that osr.api_key_file names cannot be read"),
        ('api_key_file = "leeg"\n', "the file that osr.api_key_file names is empty"),
        ('api_key_file = "."\n', "the file that osr.api_key_file names cannot be read"),
        ('api_key_file = "a\\u0000b"\n', "osr.api_key_file does not name a file"),
        ("api_key_file = 5\n", 'must be a path between quotes, like "…"'),
        ('api_key_file = "leeg"\napi_key = "geheim"\n', "is given beside api_key; use one"),
        ('namespace_file = "leeg"\n', 'is not a setting; did you mean "namespace"?'),
    ],
)
def test_a_file_with_a_secret_that_cannot_be_used(tmp_path: Path, more: str, says: str) -> None:
    (tmp_path / "leeg").touch(0o600)
    said = found(tmp_path, OSR + more)
    item = said.get("osr.api_key_file") or said["osr.namespace_file"]
    assert (item.text, item.line) == (says, 9)
    assert "geheim" not in str(item)
    if "api_key" in more:
        with_variable = {"DOORSTROOM_OSR_API_KEY": "ander"}
        assert load_settings(tmp_path / "doorstroom.toml", with_variable).osr is not None


def test_the_address_of_a_database_in_a_file_that_the_settings_name(tmp_path: Path) -> None:
    secret = tmp_path / "store"
    secret.write_text("postgresql://las:geheim@db.example/las\n")
    secret.chmod(0o600)
    (tmp_path / "doorstroom.toml").write_text(f'store_file = "store"\n{GOOD}')
    assert "geheim" in str(load_settings(tmp_path / "doorstroom.toml", {}).store)
