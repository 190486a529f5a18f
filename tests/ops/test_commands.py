"""What tells an operator how things stand, and has a payload read again."""

from datetime import UTC, datetime, timedelta

import pytest

from local.client import Client
from local.stack import LocalStack
from ops import unconfirmed
from shared import events as outbox
from tests.newsroom import Newsroom
from tests.ops.conftest import Run
from tests.ops.test_redrive import events, eventually, published


def test_when_all_is_well_nothing_is_unconfirmed(stack: LocalStack, run: Run) -> None:
    published(stack, "All is well")
    told = eventually(lambda: (t := run("ops.unconfirmed")).stdout.startswith("nothing waits") and t)
    assert told.returncode == 0


def test_an_unconfirmed_event_is_listed_with_its_age(stack: LocalStack, run: Run) -> None:
    story = published(stack, "Forgotten")
    last, old = events(stack, story)[-1], datetime.now(UTC) - timedelta(hours=2)
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["NewsroomTable"],
        Key={"pk": last["pk"], "sk": last["sk"]},
        UpdateExpression="SET unconfirmed = :all, #time = :old REMOVE confirmed_at",
        ExpressionAttributeNames={"#time": "time"},
        ExpressionAttributeValues={":all": {"S": "UNCONFIRMED"}, ":old": {"S": old.isoformat()}},
    )
    told = run("ops.unconfirmed")
    assert told.returncode == 1, told.stderr
    (line,) = (line for line in told.stdout.splitlines() if story in line)
    age, kind = line.split()[:2]
    assert (age.startswith("2:00:"), kind) == (True, "article.published")
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["NewsroomTable"],
        Key={"pk": last["pk"], "sk": last["sk"]},
        UpdateExpression="REMOVE unconfirmed",
    )


def test_the_oldest_stands_first(newsroom: Newsroom) -> None:
    story = newsroom.draft().json["id"]
    newsroom.change("PATCH", story, "", {"lede": "x"})
    now = datetime.now(UTC)
    listed = unconfirmed.lines(outbox.unconfirmed(now + timedelta(seconds=1)), now)
    assert [line.split()[1] for line in listed] == ["article.created", "article.revised"]


def test_a_payload_is_read_once_more(stack: LocalStack, run: Run, desk: Client) -> None:
    """Its record says again what became of it, and no second story is made."""
    page = "Friday, 12 October 2018 15:52\n\nRead once more\n\nIt was there all the time.\n\n146 times"
    ingest = desk.call("POST", "/ingest", page, query={"source": "again"}).json["ingest"]
    path = f"/ingest/{ingest}"
    first = eventually(lambda: (r := desk.call("GET", path).json)["status"] == "done" and r)
    stack.client("dynamodb").delete_item(
        TableName=stack.outputs["NewsroomTable"], Key={"pk": {"S": f"INGEST#{ingest}"}, "sk": {"S": "INGEST"}}
    )
    told = run("ops.ingest_again", ingest)
    assert (told.returncode, f"{ingest}: sent again" in told.stdout) == (0, True), told.stderr
    again = eventually(lambda: (a := desk.call("GET", path)).status == 200 and a.json)
    assert again["items"] == first["items"]


def test_a_payload_that_is_not_there_is_told(run: Run) -> None:
    told = run("ops.ingest_again", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert (told.returncode, told.stdout) == (1, "01ARZ3NDEKTSV4RRFFQ69G5FAV: no such payload in the bucket\n")


@pytest.mark.parametrize("module", ["ops.redrive", "ops.unconfirmed"])
def test_a_stack_that_is_not_there_is_told(run: Run, module: str) -> None:
    told = run(module, "--stack", "somewhere-else")
    assert told.returncode == 1
    assert told.stderr.startswith("There is no stack somewhere-else here")
