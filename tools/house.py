"""Print the figures by which one sees whether the house works: its size, its rooms, and how far one walks to follow a journey.

Run without arguments for the checkout that this file stands in; with --root DIR for another one that has the same API.
Code lines are those without docstrings, comments, blank lines and imports. Of each journey the second time is counted:
functions entered (a comprehension is none), their files, and how often the next function entered stands in another file.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import inspect
import io
import json
import os
import re
import sys
import tempfile
import threading
import tokenize
import types
import typing
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlencode

NAME = "doorstroom_client"
WINGS = ("cli", "overview", "readers", "season", "simulator")
OPEN = {wing: {*WINGS, "", "output"} for wing in WINGS} | {"simulator": {*WINGS, "", "output", "receiving", "transport"}}
"""Wing -> rooms of which it may take what is not public."""
TWINS = {"async_client.py", "async_faces"}
"""Made by tools/make_async.py."""
TOLD_TO_TOOLS = re.compile(r"#\s*(noqa|type:|fmt:|pragma|pyright:|mypy:)")


def measured(source: str) -> Counter[str]:
    """The size of one file."""
    left_out: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        docstring = isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)
        if isinstance(node, ast.stmt) and (docstring or isinstance(node, ast.Import | ast.ImportFrom)):
            left_out.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = source.splitlines()
    left_out |= {at for at, line in enumerate(lines, 1) if not line.strip() or line.lstrip().startswith("#")}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    said = sum(token.type == tokenize.COMMENT and not TOLD_TO_TOOLS.match(token.string) for token in tokens)
    return Counter(files=1, lines=len(lines), code=len(lines) - len(left_out), comments=said)


def files_of(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each Python file of a folder, as a path within it, with its text."""
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(folder), path.read_text("utf-8")


def room_of(path: Path) -> str:
    """The room a file stands in: a folder at the top."""
    return "twins" if path.parts[0] in TWINS else path.parts[0] if len(path.parts) > 1 else "(top)"


def sizes(root: Path) -> dict[str, Counter[str]]:
    """What each room holds, all of them without the twins, and the tests."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path, source in files_of(root / NAME):
        for part in dict.fromkeys((room_of(path), "twins" if room_of(path) == "twins" else "all but twins")):
            found[part].update(measured(source))
    for _, source in files_of(root / "tests"):
        found["tests"].update(measured(source))
    return dict(found)


def names_twice(root: Path) -> list[str]:
    """File names that stand in more than one folder; an underscore before it makes no other name."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path, _ in files_of(root / NAME):
        if room_of(path) != "twins" and not path.stem.startswith("__"):
            found[path.stem.lstrip("_")].append(str(path.parent))
    return [f"{name}: {', '.join(rooms)}" for name, rooms in sorted(found.items()) if len(rooms) > 1]


def imports_of_ours(path: Path, within: ast.AST) -> Iterator[tuple[str, str, str]]:
    """Where something imports from our own package: the line, the module, the name."""
    for node in ast.walk(within):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == NAME:
            yield from ((f"{path}:{node.lineno}", node.module or "", alias.name) for alias in node.names)


def imports_inside(root: Path) -> list[str]:
    """Where a function imports from our own package."""
    every = [(path, node) for path, source in files_of(root / NAME) for node in ast.walk(ast.parse(source))]
    functions = [pair for pair in every if isinstance(pair[1], ast.FunctionDef | ast.AsyncFunctionDef)]
    return sorted({f"{line} {module}" for pair in functions for line, module, _ in imports_of_ours(*pair)})


def public_names(root: Path) -> set[str]:
    """What the package exports, and what the table of the public face in the docs adds to it."""
    tree = ast.parse((root / NAME / "__init__.py").read_text("utf-8"))
    page = (root / "docs" / "architecture.md").read_text("utf-8")
    rows = re.findall(rf"^\| `{NAME}\.[\w.]+` \|([^|]*)\|", page, re.MULTILINE)
    return {name for _, _, name in imports_of_ours(Path(), tree)}.union(*(re.findall(r"`(\w+)`", row) for row in rows))


def taken_by(root: Path, wing: str) -> list[str]:
    """What a wing takes from the core that is not public."""
    trees = [(path, ast.parse(source)) for path, source in files_of(root / NAME / wing)]
    taken = {(module.partition(".")[2].split(".")[0], name) for pair in trees for _, module, name in imports_of_ours(*pair)}
    return sorted(f"{name} ({room})" for room, name in taken if room not in OPEN[wing] and name not in public_names(root))


def not_in_tree(root: Path) -> list[str]:
    """Modules that the tree in docs/architecture.md does not draw; a room drawn without files is drawn whole."""
    page = (root / "docs" / "architecture.md").read_text("utf-8")
    room, drawn = "(top)", defaultdict[str, set[str]](set)
    for line in page.partition("## The tree")[2].split("```")[1].splitlines()[2:]:
        names = list(takewhile(lambda name: name.endswith((".py", "/")), line.split()))
        if names and line[:3].strip():  # at the top, or a room
            room = names[0].strip("/") if names[0].endswith("/") else "(top)"
        drawn[room] |= {name for name in names if name.endswith(".py")}
    paths = [path for path, _ in files_of(root / NAME) if room_of(path) != "twins" and not path.stem.startswith("__")]
    return [str(path) for path in paths if not any(map(path.match, drawn.get(room_of(path), {"-"}) or {"*"}))]


def reachable(annotation: object) -> Iterator[str]:
    """The names of our own classes in an annotation."""
    if isinstance(annotation, type) and annotation.__module__.startswith(f"{NAME}."):
        yield annotation.__name__
    for part in annotation if isinstance(annotation, list) else typing.get_args(annotation):
        yield from reachable(part)


def not_public(root: Path) -> list[str]:
    """Classes in the annotations of public functions and methods that are not public themselves."""
    package, found = __import__(NAME), set()
    for thing in [getattr(package, name) for name in package.__all__]:
        for key, member in inspect.getmembers(thing) if isinstance(thing, type) else [("", thing)]:
            function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if inspect.isfunction(function) and (key == "__init__" or not key.startswith("_")):
                with contextlib.suppress(NameError):  # of a library that is imported later
                    found |= {kind for hint in typing.get_type_hints(function).values() for kind in reachable(hint)}
    return sorted(found - public_names(root))


class Walk:
    """What one journey enters; a thread that comes in through the simulator is another party's."""

    def __init__(self, root: Path) -> None:
        self.functions: Counter[tuple[str, str]] = Counter()
        self.moves: Counter[tuple[str, str]] = Counter()
        self._folder = f"{root / NAME}/"
        self._own = threading.local()

    def __call__(self, frame: types.FrameType, event: str, _: object) -> None:
        """Note a function that is entered."""
        path, name = frame.f_code.co_filename, frame.f_code.co_qualname
        if event != "call" or not path.startswith(self._folder) or name.endswith(("comp>", "<genexpr>")):
            return
        file, last = path[len(self._folder) :], getattr(self._own, "file", "")
        if not last.startswith("simulator/"):
            self._own.file = file
            if not file.startswith("simulator/"):
                self.functions[file, name] += 1
                self.moves[last, file] += bool(last) and last != file

    def __str__(self) -> str:
        return f"{len(self.functions)} functions, {len({at for at, _ in self.functions})} files, {self.moves.total()} moves"


def second(root: Path, journey: Callable[[int], object]) -> Walk:
    """Make a journey twice, and note the second time."""
    walk = Walk(root)
    journey(0)
    threading.setprofile(walk)
    sys.setprofile(walk)
    try:
        journey(1)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return walk


def command(*arguments: object) -> None:
    """Run a command in this process, and drop what it prints."""
    from doorstroom_client.cli import main

    quiet, asked = contextlib.redirect_stdout(io.StringIO()), mock.patch("sys.argv", ["doorstroom", *map(str, arguments)])
    bare = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTROOM_")}
    with mock.patch.dict("os.environ", bare, clear=True), asked, quiet, contextlib.suppress(SystemExit):
        main()


def journeys(root: Path, folder: Path) -> dict[str, Walk]:
    """A list to its receipt, a result to its 202, and the lists of one school through the command line."""
    from doorstroom_client import Adviezenlijst, InboundRequest
    from doorstroom_client.cli.simulator import adviezen_csv
    from doorstroom_client.simulator import Keten, adviezen_of
    from doorstroom_client.transport.request import Operation, Response

    yes, taken = Response(200, {"content-type": "application/json"}, b'"OK"'), Response(202)
    answers: Any = mock.Mock(send=lambda request: yes if request.operation is Operation.OSR else taken)
    with Keten(folder, receive=False) as keten, contextlib.ExitStack() as opened:
        here, ice, pupils = keten.school, keten.toetssystemen["ICE"], keten.leerlingen(2)
        ice.meld_aan(here, pupils, schooljaar=keten.schooljaar)
        query = urlencode({"edu-to": here.routeringskenmerk, "edu-from": here.oin})
        bodies = [json.dumps(item).encode() for item in ice.neem_af(here.oin)]
        pushed = [InboundRequest("POST", "/leerlingresultaat", query, ice.oin, body) for body in bodies]
        alone = opened.enter_context(keten.client(certificate=None, osr=None, store=None, transport=answers))
        calling = opened.enter_context(keten.client(store=None))
        keeping = opened.enter_context(keten.client(certificate=None, transport=answers))
        lijst = Adviezenlijst(here, adviezen_of(pupils[:1]))
        schools, files = keten.bedenk_scholen(4, leerlingen=1)[::3], [folder / "0.csv", folder / "1.csv"]  # of one supplier
        for school, file in zip(schools, files, strict=True):
            header, line = adviezen_csv(keten.klas(school, 1)).decode("utf-8-sig").split()
            file.write_text(f"school;{header}\n{school.instellingscode};{line}\n", "utf-8")
        config = keten.write_config(folder / "doorstroom.toml")
        many = second(root, lambda at: command("adviezen", "send-many", files[at], "--config", config))
        assert all(keten.toetssysteem_van(school).adviezen(school.oin) for school in schools)
        return {
            "a list, to its receipt": second(root, lambda _: alone.send(lijst, leverancier="ICE")),
            "the same over TLS, without a name of a supplier": second(root, lambda _: calling.send(lijst)),
            "a result, to its 202": second(root, lambda at: keeping.terugweg.handle(pushed[at])),
            "send-many, one school": many,
        }


def main() -> None:
    """Print all figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--root", type=Path, default=Path(__file__).parent.parent)
    root: Path = asked.parse_args().root.resolve()
    sys.path.insert(0, str(root))
    for room, size in sizes(root).items():
        comments = f"{100 * size['comments'] / size['code']:7.1f} comments per 100 of those"
        print(f"{room:14}{size['files']:5} files{size['lines']:7} lines{size['code']:7} code{comments}")
    with tempfile.TemporaryDirectory() as folder:
        print(*(f"{name}: {walk}" for name, walk in journeys(root, Path(folder)).items()), sep="\n")
    lists = {"file names in more than one room": names_twice(root), "imports of our own inside functions": imports_inside(root)}
    lists |= {"not public, named by public methods": not_public(root), "not in the tree": not_in_tree(root)}
    for title, found in (lists | {f"not public, taken by {wing}": taken_by(root, wing) for wing in WINGS}).items():
        print(f"{title}: {len(found)}", *found, sep="\n  ")


if __name__ == "__main__":
    main()
