"""Coverage-guided fuzzing of the reader with atheris, which is no dependency of this project.

In the folder `tests`: `python -m receiving.atheris_run --seeds FOLDER`, then
`python -m receiving.atheris_run FOLDER -max_total_time=60 -max_len=4000`.
The oracle is that of `test_fuzz_json.py`, without a store.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["doorstroom_client.messages", "json"]):
    from doorstroom_client.errors import MessageError
    from doorstroom_client.messages.codec import BODY_LIMIT, decode_leerlingresultaat

from support.receiving import read_everything

from .corpus import TEXTS
from .strict import is_strict_json, is_usable, may_be_refused


def one(body: bytes) -> None:
    """Read one body and compare what is said of it with the second reader."""
    try:
        result = decode_leerlingresultaat(body)
    except MessageError as error:
        if error.path == "body":
            assert len(body) > BODY_LIMIT or not is_strict_json(body)
        else:
            document = json.loads(body)
            assert is_strict_json(body)
            assert not is_usable(document) or may_be_refused(document)
        return
    assert is_strict_json(body)
    assert is_usable(json.loads(body))
    read_everything(result)


def main() -> None:
    """Fuzz, starting from the small texts of the corpus."""
    if "--seeds" in sys.argv:
        folder = Path(sys.argv[sys.argv.index("--seeds") + 1])
        for number, text in enumerate(text for text in TEXTS if len(text.body) < 2_000):
            (folder / str(number)).write_bytes(text.body)
        return
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
