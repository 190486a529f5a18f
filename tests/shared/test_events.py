"""The catalogue: every type documented, with a schema that its samples and its real events keep to."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from local import generated
from shared.events import CATALOGUE, item
from tests.newsroom import Newsroom

ROOT = Path(__file__).parents[2]
SCHEMAS = {name: json.loads((ROOT / "events" / "schemas" / f"{name}.json").read_text()) for name in CATALOGUE}


def holds(cloud: dict[str, Any]) -> None:
    """Raises unless an envelope keeps to the schema of its type."""
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(SCHEMAS[cloud["type"]], format_checker=checker).validate(cloud)


def test_generated_files_are_current() -> None:
    """Schemas, the events page and the OpenAPI document are what the code says."""
    stale = [str(path) for path, text in generated.files().items() if (ROOT / path).read_text("utf-8") != text]
    assert stale == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_type_is_documented(name: str) -> None:
    """Each type has a meaning, a row on the events page, a schema and a sample."""
    assert CATALOGUE[name].meaning.endswith(".")
    assert f"`{name}`" in (ROOT / "docs" / "events.md").read_text()
    assert SCHEMAS[name]["title"] == name
    assert (ROOT / "events" / "samples" / f"{name}.1.json").exists()


def test_there_is_nothing_for_types_that_are_not() -> None:
    """No schema and no sample is left of a type that the catalogue has not."""
    files = [*(ROOT / "events" / "schemas").iterdir(), *(ROOT / "events" / "samples").iterdir()]
    assert {path.name.removesuffix(".json").removesuffix(".1") for path in files} == set(CATALOGUE)


@pytest.mark.parametrize("sample", sorted((ROOT / "events" / "samples").glob("*.json")), ids=lambda path: path.stem)
def test_samples_keep_to_their_schema(sample: Path) -> None:
    """What subscribers build on stays valid, for every version of a sample."""
    holds(json.loads(sample.read_text()))


def test_a_schema_tells_right_from_wrong() -> None:
    """An event with a field of the body, without a sequence, or of a hidden story with a headline is refused."""
    good = json.loads((ROOT / "events" / "samples" / "article.published.1.json").read_text())
    drafted = json.loads((ROOT / "events" / "samples" / "article.revised.1.json").read_text())
    bad = [
        good | {"data": good["data"] | {"body_html": "x"}},
        {name: value for name, value in good.items() if name != "sequence"},
        drafted | {"data": drafted["data"] | {"headline": "x"}},
        good | {"time": "yesterday"},
    ]
    for cloud in bad:
        with pytest.raises(jsonschema.ValidationError):
            holds(cloud)


def test_an_unknown_type_cannot_leave(newsroom: Newsroom) -> None:
    """A type that is not in the catalogue is an error where it is made."""
    with pytest.raises(KeyError):
        item("article.renamed", None, "ann")  # type: ignore[arg-type]


def test_real_events_keep_to_their_schemas(newsroom: Newsroom) -> None:
    """A whole life, as its consumers got it: each envelope is valid and the sequence has no gap."""
    story = newsroom.life()
    newsroom.deliver()
    clouds = [event["detail"] for event in newsroom.bus if event["detail"]["subject"] == story]
    for cloud in clouds:
        holds(cloud)
    assert sorted(cloud["sequence"] for cloud in clouds) == list(range(1, len(clouds) + 1))
    assert {cloud["type"] for cloud in clouds} >= set(CATALOGUE) - {
        "article.ingested",
        "article.embargo.lifted",
        "views.milestone",
        "source.quiet",
    }
    assert any("headline" in cloud["data"] for cloud in clouds)


def test_what_is_told_late_follows_the_gate(newsroom: Newsroom) -> None:
    """A publication that is announced after the story was killed names nothing of it, nor does the log."""
    story = newsroom.draft(headline="Secret of the mayor").json["id"]
    newsroom.change("POST", story, "/publication")
    newsroom.change("POST", story, "/withdrawal", {"kind": "killed"})
    newsroom.deliver()
    assert [event["detail-type"] for event in newsroom.bus] == [
        "article.created",
        "article.published",
        "article.killed",
    ]
    assert all(set(event["detail"]["data"]) == {"id", "version", "status"} for event in newsroom.bus)
    assert "mayor" not in str(newsroom.bus)
    for event in newsroom.bus:
        holds(event["detail"])
