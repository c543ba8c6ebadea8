"""Make async_client.py from client.py and async_faces/ from faces/, so that both clients have one definition.

Run without arguments to write the files; with --check to fail when one is not up to date.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Collection
from pathlib import Path
from typing import TypeGuard

PACKAGE = Path(__file__).parent.parent / "doorstroom_client"
NAMES = {
    "Client": "AsyncClient",
    "ClientOsr": "AsyncClientOsr",
    "OsrCatalogue": "AsyncOsrCatalogue",
    "OsrEndpoints": "AsyncOsrEndpoints",
    "ClientTerugweg": "AsyncClientTerugweg",
    "OntvangenResultaat": "AsyncOntvangenResultaat",
    "SyncRuntime": "AsyncRuntime",
    "Transport": "AsyncTransport",
    "Iterator": "AsyncIterator",
    "ClientOutbox": "AsyncClientOutbox",
    "Reporting": "AsyncReporting",
    "ClientStore": "AsyncClientStore",
    "Results": "AsyncResults",
    "Sending": "AsyncSending",
    "Connecting": "AsyncConnecting",
    "faces": "async_faces",
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
}
AWAITED = {"run", "run_contained", "io", "close", "pause", "call"}
"""Methods of the runtime that are awaited."""
STREAMS = {"stream", "over", "each"}
"""Methods of the runtime that are looped over."""
HEADER = '"""Made from {source} by tools/make_async.py; change that file, not this one."""\n'

Edit = tuple[int, int, int, str]
"""Line, column, length of what is replaced, replacement."""


def is_runtime_call(node: ast.AST, methods: Collection[str]) -> TypeGuard[ast.Call]:
    """Tell whether this is `self._runtime.run(...)` or one of its siblings."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in methods
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == "_runtime"
    )


def edits_for_awaits(tree: ast.Module) -> list[Edit]:
    """`await` before each runtime call, `async` before each loop over a stream and each function that has either."""
    edits: list[Edit] = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        inside = list(ast.walk(function))
        calls = [node for node in inside if is_runtime_call(node, AWAITED)]
        loops = [node for node in inside if isinstance(node, ast.For) and is_runtime_call(node.iter, STREAMS)]
        edits += [(call.lineno, call.col_offset, 0, "await ") for call in calls]
        edits += [(loop.lineno, loop.col_offset, 0, "async ") for loop in loops]
        if calls or loops or function.name in ("__enter__", "__exit__"):
            edits.append((function.lineno, function.col_offset, 0, "async "))
    return edits


def edits_for_names(source: str) -> list[Edit]:
    """The name of the asynchronous counterpart for each name that has one; texts are left alone."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [
        (token.start[0], token.start[1], len(token.string), NAMES[token.string])
        for token in tokens
        if token.type == tokenize.NAME and token.string in NAMES
    ]


def make_async(source: str, name: str) -> str:
    """The text of the twin of a file.

    Args:
        source: its text.
        name: its path, for the first line.
    """
    lines = source.splitlines(keepends=True)
    edits = edits_for_awaits(ast.parse(source)) + edits_for_names(source)
    for line, column, length, text in sorted(edits, key=lambda edit: (edit[0], edit[1], edit[2]), reverse=True):
        old = lines[line - 1]
        lines[line - 1] = old[:column] + text + old[column + length :]
    body = "".join(lines)
    return HEADER.format(source=name) + body[body.index('"""', 3) + 4 :]


def twins() -> dict[Path, Path]:
    """Each source with the file that is made from it."""
    faces = {path: PACKAGE / "async_faces" / path.name for path in sorted((PACKAGE / "faces").glob("*.py"))}
    return {PACKAGE / "client.py": PACKAGE / "async_client.py", **faces}


def main() -> int:
    """Write or check."""
    late = []
    for source, target in twins().items():
        name = source.relative_to(PACKAGE).as_posix()
        made = make_async(source.read_text("utf-8"), name)
        if target.is_file() and target.read_text("utf-8") == made:
            continue
        late.append(target)
        if "--check" not in sys.argv:
            target.write_text(made, "utf-8")
    if late and "--check" in sys.argv:
        print(f"not up to date: {', '.join(path.name for path in late)}; run: python tools/make_async.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
