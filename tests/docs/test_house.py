"""tools/house.py counts what is there: in a small house of our own, and in the real one."""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from types import ModuleType

import pytest
from docs_blocks import ROOT

PAGE = """## The tree

```text
doorstroom_client/
  __init__.py  a.py   two
  sending/            a room
    one.py two_*.py   its files
    inner/
      deep.py         a file
  cli/                drawn whole
```

| import from | names | for |
|---|---|---|
| `doorstroom_client.sending.one` | `Shown`, `Told` | tests |
"""
FILES = {
    "__init__.py": "from doorstroom_client.a import Given as Given\n",
    "a.py": '"""A."""\n\nimport os\n\n# why\nX = 1  # so\nY = 2  # noqa: E1\n"""What it is."""\n\n\nclass Given:\n    pass\n',
    "async_client.py": "Z = 1\n",
    "sending/one.py": "def one():\n    from doorstroom_client.a import Given\n\n    return Given\n",
    "sending/two_a.py": "",
    "sending/lost.py": "",
    "sending/inner/deep.py": "",
    "store/lost.py": "",
    "cli/_one.py": "from doorstroom_client.sending.one import Shown, hidden\nfrom doorstroom_client.output.x import free\n",
}
ENDS = ("sending/one_list.py", "transport/sockets.py", "store/inbox.py", "cli/_send_many.py")
"""A file that each journey cannot do without."""


@pytest.fixture(scope="module")
def house() -> ModuleType:
    spec = importlib.util.spec_from_file_location("house", ROOT / "tools" / "house.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def small(tmp_path: Path) -> Path:
    for name, source in FILES.items():
        path = tmp_path / "doorstroom_client" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("import os\n\nassert os\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "architecture.md").write_text(PAGE)
    return tmp_path


def test_code_is_what_is_no_docstring_comment_blank_or_import(house: ModuleType, small: Path) -> None:
    found = house.sizes(small)
    assert found["(top)"] == {"files": 2, "lines": 13, "code": 4, "comments": 2}
    assert found["tests"] == {"files": 1, "lines": 3, "code": 1, "comments": 0}
    assert found["twins"]["code"] == 1
    assert found["all but twins"]["code"] == 6


def test_names_rooms_and_imports(house: ModuleType, small: Path) -> None:
    assert house.names_twice(small) == ["lost: sending, store", "one: cli, sending"]
    assert house.imports_inside(small) == ["sending/one.py:2 doorstroom_client.a"]
    assert house.public_names(small) == {"Given", "Shown", "Told"}
    assert house.taken_by(small, "cli") == ["hidden (sending)"]
    assert house.not_in_tree(small) == ["sending/lost.py", "store/lost.py"]


def test_a_walk_counts_functions_once_and_the_moves_between_files(house: ModuleType, small: Path) -> None:
    made = {}
    for name, source in (("sending/x.py", "def x(y): return y() + y()"), ("simulator/z.py", "def z(y): return y()")):
        path = small / "doorstroom_client" / name
        exec(compile(source, str(path), "exec"), made)
    exec(compile("def y(): return sum([i for i in (1, 2)])", str(small / "doorstroom_client" / "y.py"), "exec"), made)
    begun = []

    def journey(at: int) -> None:
        begun.append(at)
        made["x"](made["y"])
        for other in (made["y"], lambda: made["z"](made["y"])):  # the last is the simulator's own
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()

    walk = house.second(small, journey)
    assert begun == [0, 1]
    assert walk.functions == {("sending/x.py", "x"): 1, ("y.py", "y"): 3}
    assert +walk.moves == {("sending/x.py", "y.py"): 1}
    assert str(walk) == "2 functions, 2 files, 1 moves"


def test_the_journeys_of_this_checkout_reach_where_they_end(house: ModuleType, tmp_path: Path) -> None:
    walks = list(house.journeys(ROOT, tmp_path).values())
    files = [{file for file, _ in walk.functions} for walk in walks]
    assert len(walks) == 4
    for found, last in zip(files, ENDS, strict=True):
        assert last in found
        assert not [file for file in found if file.startswith("simulator/")]


def test_what_public_methods_name_is_told(house: ModuleType) -> None:
    assert "Ontvangst" not in house.not_public(ROOT)
    assert list(house.reachable(dict[str, list[house.Walk] | None])) == []
