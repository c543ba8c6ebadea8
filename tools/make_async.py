"""Make doorstroom_client/async_client.py from client.py, so that both clients have one definition.

Run without arguments to write the file; with --check to fail when it is not up to date.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "doorstroom_client"
NAMES = {
    "Client": "AsyncClient",
    "Register": "AsyncRegister",
    "Terugweg": "AsyncTerugweg",
    "OntvangenResultaat": "AsyncOntvangenResultaat",
    "SyncRuntime": "AsyncRuntime",
    "Transport": "AsyncTransport",
    "Iterator": "AsyncIterator",
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
}
AWAITED = {"run", "io", "close"}
"""Methods of the runtime that are awaited."""
HEADER = '"""`AsyncClient`: made from client.py by tools/make_async.py; change that file, not this one."""\n'

Edit = tuple[int, int, int, str]
"""Line, column, length of what is replaced, replacement."""


def is_runtime_call(node: ast.Call) -> bool:
    """Tell whether this is `self._runtime.run(...)` or one of its siblings."""
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in AWAITED
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == "_runtime"
    )


def edits_for_awaits(tree: ast.Module) -> list[Edit]:
    """`await` before each runtime call, `async` before each function that makes one."""
    edits: list[Edit] = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and is_runtime_call(node)]
        edits += [(call.lineno, call.col_offset, 0, "await ") for call in calls]
        if calls or function.name in ("__enter__", "__exit__"):
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


def make_async(source: str) -> str:
    """The text of async_client.py."""
    lines = source.splitlines(keepends=True)
    edits = edits_for_awaits(ast.parse(source)) + edits_for_names(source)
    for line, column, length, text in sorted(edits, key=lambda edit: (edit[0], edit[1], edit[2]), reverse=True):
        old = lines[line - 1]
        lines[line - 1] = old[:column] + text + old[column + length :]
    body = "".join(lines)
    return HEADER + body[body.index('"""', 3) + 4 :]


def main() -> int:
    """Write or check."""
    target = PACKAGE / "async_client.py"
    made = make_async((PACKAGE / "client.py").read_text("utf-8"))
    if "--check" in sys.argv:
        if target.read_text("utf-8") == made:
            return 0
        print("async_client.py is not up to date; run: python tools/make_async.py", file=sys.stderr)
        return 1
    target.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
