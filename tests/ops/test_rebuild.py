"""A projection is made again from the event log: the same as before, also after it was damaged, also in traffic."""

import subprocess
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from local.client import Client
from local.stack import LocalStack
from ops import rebuild
from shared import events
from tests import newsroom as newsrooms
from tests.newsroom import NEWSROOM, Newsroom
from tests.ops.conftest import Run
from tests.ops.test_redrive import eventually


@pytest.fixture
def lively(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """A newsroom with stories in many states, all events handled, and a log that shows them at once."""
    monkeypatch.setattr(events, "_SETTLED", timedelta(seconds=-5))
    newsroom.life()
    newsroom.published(section="sport", tags=["river", "bridge"])
    newsroom.published(section="sport", tags=["river"])
    hidden = newsroom.published(tags=["bridge"])
    newsroom.change("DELETE", hidden, "/publication")
    newsroom.draft(tags=["never"])
    newsroom.deliver()
    return newsroom


def projection(newsroom: Newsroom) -> dict[tuple[str, str], dict[str, Any]]:
    """Everything that the projection keeps."""
    found = [item for item in newsroom.items(NEWSROOM) if item["pk"] == "TOPICS" or "#topics#" in item["pk"]]
    return {(item["pk"], item["sk"]): item for item in found}


def shown(newsroom: Newsroom) -> dict[tuple[str, str], dict[str, Any]]:
    """The same without counts of nothing."""
    return {key: item for key, item in projection(newsroom).items() if item.get("stories") != 0}


def test_a_right_projection_is_left_exactly_as_it_is(lively: Newsroom) -> None:
    before = projection(lively)
    found = rebuild.rebuild()
    assert (found.positions, found.counts) == (0, 0)
    assert projection(lively) == before
    assert {"section#sport", "tag#river"} <= {key[1] for key in before}


def test_a_damaged_one_is_put_right(lively: Newsroom) -> None:
    """A lost position, a forged one, a wrong count, a lost count, a count of nothing that exists."""
    before = shown(lively)
    table = newsrooms._table(NEWSROOM)
    positions = [key for key in before if key[0] != "TOPICS"]
    table.delete_item(Key={"pk": positions[0][0], "sk": positions[0][1]})
    table.put_item(Item=before[positions[1]] | {"sequence": 99, "kept": {"filed": ["tag#forged"]}})
    table.put_item(Item={"pk": "TOPICS", "sk": "section#sport", "stories": 41})
    table.delete_item(Key={"pk": "TOPICS", "sk": "tag#river"})
    table.put_item(Item={"pk": "TOPICS", "sk": "tag#forged", "stories": 3})
    found = rebuild.rebuild()
    assert (found.positions, found.counts) == (2, 3)
    assert shown(lively) == before


def test_all_of_it_lost_is_all_of_it_made_again(lively: Newsroom) -> None:
    before = shown(lively)
    for pk, sk in projection(lively):
        newsrooms._table(NEWSROOM).delete_item(Key={"pk": pk, "sk": sk})
    rebuild.rebuild()
    assert shown(lively) == before


def test_events_that_come_after_it_are_followed(lively: Newsroom) -> None:
    """What waited in the queue meanwhile is applied where it is new and refused where the log had it."""
    story = lively.published(section="sport", tags=["late"])
    lively.change("PUT", story, "", {"headline": "Later", "section": "sport", "tags": ["later"]})
    rebuild.rebuild()
    lively.deliver()
    counts = {key[1]: item["stories"] for key, item in shown(lively).items() if key[0] == "TOPICS"}
    assert counts["tag#later"] == 1
    assert "tag#late" not in counts


def test_the_command_is_right_in_the_middle_of_traffic(stack: LocalStack, run: Run, desk: Client) -> None:
    """Stories are published before, while and after it works; a count is damaged; at the end all are right."""
    tag = "rebuilt"

    def publish() -> str:
        content = {"headline": "In traffic", "body_text": str(len(stories)), "tags": [tag]}
        story: str = desk.call("POST", "/articles", content).json["id"]
        assert desk.call("POST", f"/articles/{story}/publication").status == 200
        return story

    stories: list[str] = []
    stories.append(publish())
    eventually(lambda: _counts(stack)[tag] == 1)
    key = {"pk": {"S": "TOPICS"}, "sk": {"S": f"tag#{tag}"}}
    item = key | {"stories": {"N": "77"}}
    stack.client("dynamodb").put_item(TableName=stack.outputs["NewsroomTable"], Item=item)
    told: list[subprocess.CompletedProcess[str]] = []
    working = threading.Thread(target=lambda: told.append(run("ops.rebuild", "topics")))
    working.start()
    while working.is_alive():
        stories.append(publish())
        working.join(timeout=1)
    stories.append(publish())
    assert told[0].returncode == 0, told[0].stderr
    assert "the projection follows its queue again" in told[0].stdout
    eventually(lambda: _counts(stack)[tag] == len(stories))
    assert len(stories) > 5


def _counts(stack: LocalStack) -> Counter[str]:
    answer = stack.client("dynamodb").query(
        TableName=stack.outputs["NewsroomTable"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "TOPICS"}},
    )
    return Counter({item["sk"]["S"].partition("#")[2]: int(item["stories"]["N"]) for item in answer["Items"]})
