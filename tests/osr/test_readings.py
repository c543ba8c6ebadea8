"""Each answer about a mandate with every content type, without a socket; `wire/test_mandaat_wire` has each once over one."""

from __future__ import annotations

from typing import Any

import pytest
from support import NOW, OSR, SCHOOL, SUPPLIER_OIN, conditions, drive

from doorstroom_client import Retry
from doorstroom_client.errors import NoAnswer, UnexpectedResponse
from doorstroom_client.exchange.calls import Call
from doorstroom_client.osr.asking import Budget
from doorstroom_client.osr.mandate_table import Meaning
from doorstroom_client.osr.mandates import ask_mandate
from doorstroom_client.transport.request import Response

from .readings import BODIES, CONTENT_TYPES, as_text


@pytest.mark.parametrize(("body", "meaning"), BODIES)
@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_other_answers(body: Any, meaning: Meaning, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    said = Response(200, headers, as_text(body).encode())
    question = ask_mandate(OSR, SUPPLIER_OIN, SCHOOL.oin, Budget(Call(conditions(Retry.never()))), on=NOW.date())
    try:
        value, _, _ = drive(question, [said])
    except (UnexpectedResponse, NoAnswer):
        assert meaning is Meaning.ERROR
    else:
        assert value.mandated is (meaning is Meaning.YES)
        assert meaning is not Meaning.ERROR


@pytest.mark.parametrize("body", ["OK", "{}", '{"mandated": true}'])
def test_created_says_neither_yes_nor_no(body: str) -> None:
    said = Response(201, {"content-type": "application/json"}, body.encode())
    with pytest.raises(UnexpectedResponse):
        drive(ask_mandate(OSR, SUPPLIER_OIN, SCHOOL.oin, Budget(Call(conditions(Retry.never())))), [said])
