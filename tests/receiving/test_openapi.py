"""The document of the receiver: it agrees with the published definition, and with what the receiver does."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from support import resultaat

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.codec import decode_leerlingresultaat
from doorstroom_client.receiving.judge import MELDINGEN, PATH, InboundResponse
from doorstroom_client.receiving.openapi import openapi_document

# Read here, because no variable of ours is left while a test runs.
SPEC = os.environ.get("DOORSTROOM_SPEC_DIR", "")
DOCUMENT = openapi_document()
POST = DOCUMENT["paths"][PATH]["post"]


def errors(document: Any) -> list[str]:
    root = {"$ref": "#/components/schemas/Leerlingresultaat", "components": DOCUMENT["components"]}
    return [error.message for error in Draft202012Validator(root).iter_errors(document)]


def test_it_is_plain_json_and_new_at_every_call() -> None:
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT
    other = openapi_document()
    other["paths"].clear()
    assert openapi_document() == DOCUMENT


def test_every_reference_and_schema_is_right() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = {part.rpartition("/")[2] for part in json.dumps(DOCUMENT).split('"') if part.startswith("#/")}
    assert names == set(DOCUMENT["components"]["schemas"])


def test_every_status_there_is_and_no_other() -> None:
    assert {int(status) for status in POST["responses"]} == set(MELDINGEN)
    for status, response in POST["responses"].items():
        given = InboundResponse.of(int(status))
        content = response["content"]["application/json"]
        assert content["example"] == json.loads(given.body)
        names = {name for name, _ in given.headers} - {"content-type", "content-length"}
        assert {name.lower() for name in response["headers"]} == names


def without(*path: str | int, value: Any = None) -> dict[str, Any]:
    document = copy.deepcopy(resultaat())
    node: Any = document
    for step in path[:-1]:
        node = node[step]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return document


REF = ("resultatenscores", "deelnemerref")
RESULTS = ("resultatenscores", "resultaten", "resultaten")
ONE: list[tuple[Any, bool]] = [
    (resultaat(), True),
    (without("toets"), True),
    (without("datumtijd"), True),
    (without("resultatenscores", "scores"), True),
    (without(*RESULTS, value=[1, {}]), True),
    (without(*RESULTS, value=[{"label": 5}]), True),
    (without(*RESULTS, value=[1]), False),
    (without(*RESULTS, value=[]), False),
    (without(*RESULTS, value={}), False),
    (without(*RESULTS), False),
    (without(*REF), False),
    (without(*REF, value=[]), False),
    (without(*REF, value=["x", {"label": " las-KEY ", "onderwijsdeelnemerID": 5}]), True),
    (without(*REF, value=[{"label": "ECK-iD", "onderwijsdeelnemerID": " "}]), False),
    (without(*REF, value=[{"label": "ECK-iD", "onderwijsdeelnemerID": True}]), False),
    (without(*REF, value=[{"label": "BRIN", "onderwijsdeelnemerID": "a"}]), False),
    (without(*REF, 0, "label"), False),
    (without("resultatenscores"), False),
    ([], False),
]


@pytest.mark.parametrize(("document", "good"), ONE)
def test_the_schema_says_what_the_receiver_does(document: Any, good: bool) -> None:
    assert (errors(document) == []) is good
    try:
        decode_leerlingresultaat(json.dumps(document).encode())
    except MessageError:
        assert not good
    else:
        assert good


# What follows compares with the definition that the chain published.


def published(version: str = "1.1.0") -> dict[str, Any]:
    if not SPEC:
        pytest.skip("DOORSTROOM_SPEC_DIR does not name the folder of the definitions")
    loaded: dict[str, Any] = yaml.load((Path(SPEC) / f"doorstroom-openapi-{version}.yaml").read_text("utf-8"), yaml.BaseLoader)
    return loaded


@pytest.mark.parametrize("version", ["1.0.1", "1.1.0"])
def test_path_parameters_and_statuses_are_the_published_ones(version: str) -> None:
    theirs = published(version)["paths"][PATH]["post"]
    assert POST["operationId"] == theirs["operationId"]
    assert [(item["name"], item["in"]) for item in POST["parameters"]] == [
        (item["name"], item["in"]) for item in theirs["parameters"]
    ]
    assert all(item["required"] in (True, "true") for item in [*POST["parameters"], *theirs["parameters"]])
    assert set(theirs["responses"]) <= set(POST["responses"])
    for side in (POST, theirs):
        assert side["requestBody"]["content"]["application/json"]["schema"] == {
            "$ref": "#/components/schemas/Leerlingresultaat"
        }
    for status in theirs["responses"]:
        answers = [side["responses"][status]["content"]["application/json"]["schema"] for side in (POST, theirs)]
        assert answers[0] == answers[1]


@pytest.mark.parametrize("version", ["1.0.1", "1.1.0"])
def test_schemas_have_published_names_and_demand_no_more(version: str) -> None:
    theirs = published(version)["components"]["schemas"]
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert set(schema["properties"]) <= set(theirs[name]["properties"])
        if name != "Ontvangstmelding":  # ours always has its text
            assert set(schema["required"]) <= set(theirs[name]["required"])
        for field in schema["properties"]:
            kinds = (schema["properties"][field].get("type"), theirs[name]["properties"][field].get("type"))
            assert kinds[0] == kinds[1] or None in kinds


@pytest.mark.parametrize("version", ["1.0.1", "1.1.0"])
def test_the_published_example_is_accepted(version: str) -> None:
    content = published(version)["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        assert errors(example["value"]) == []
        decode_leerlingresultaat(json.dumps(example["value"]).encode())
