"""Every right of a function is needed: here one of each kind is taken away; `python -m local.rights` takes them all."""

import re

import pytest

from local.rights import PAGE, UNCHECKED, Finding, Right, document, lacking, probe, rights
from local.stack import LocalStack

# One right of each way in which a lack shows: an API's answer, a function's log, an invocation's error, each of the
# queues and streams, a transaction across two tables, an index, a bucket.
SUBSET = [
    ("NewsroomApi", "dynamodb:UpdateItem", "Readings"),
    ("NewsroomApi", "scheduler:CreateSchedule", "schedule/default/*"),
    ("ReaderApi", "dynamodb:Query", "Newsroom/index/listed_section"),
    ("RecordView", "dynamodb:UpdateItem", "Readings"),
    ("CountViews", "dynamodb:UpdateItem", "Readings"),
    ("IngestItem", "s3:PutObject", "Payloads/text/*"),
    ("RelayEvents", "events:PutEvents", "Bus"),
    ("PublishDue", "dynamodb:Query", "Newsroom/index/due"),
    ("SweepEvents", "events:PutEvents", "Bus"),
]


def _of(stack: LocalStack, name: tuple[str, str, str]) -> Right:
    (right,) = (each for each in rights(stack) if (each.function, each.action, each.resource) == name)
    return right


@pytest.mark.parametrize("name", SUBSET, ids=lambda name: f"{name[0]} {name[1]}")
def test_somebody_notices_when_a_right_is_missing(stack: LocalStack, name: tuple[str, str, str]) -> None:
    finding = probe(stack, _of(stack, name))
    assert finding.missed, finding.seen


def test_one_resource_of_several_is_taken_and_given_back(stack: LocalStack) -> None:
    before = rights(stack)
    right = _of(stack, ("ReaderApi", "dynamodb:Query", "Newsroom/index/due"))
    with lacking(stack, right):
        assert set(before) - set(rights(stack)) == {right}
    assert rights(stack) == before


def test_a_policy_of_a_single_statement_can_be_taken_whole(stack: LocalStack) -> None:
    right = _of(stack, ("ConfirmEvents", "dynamodb:UpdateItem", "Newsroom"))
    with lacking(stack, right):
        assert right not in rights(stack)
    assert right in rights(stack)


def test_the_page_lists_the_rights_that_the_template_gives(stack: LocalStack) -> None:
    """docs/rights.md is written by `python -m local.rights --write`; here only that no right came or went since."""
    text = PAGE.read_text(encoding="utf-8")
    listed = set()
    for section in text.split("\n## ")[1:]:
        function = section.splitlines()[0]
        listed |= {(function, *pair) for pair in re.findall(r"^\| `(.+?)` \| `(.+?)` \|", section, re.MULTILINE)}
    assert listed == {(right.function, right.action, right.resource) for right in rights(stack)}
    assert "nobody noticed" not in text


def test_the_page_says_of_each_right_what_happens_without_it() -> None:
    right = Right("ReaderApi", "dynamodb:GetItem", "Newsroom", "arn")
    page = document([Finding(right, missed=True, seen="read a story: answered 500")])
    assert "## ReaderApi\n" in page
    assert "| `dynamodb:GetItem` | `Newsroom` | read a story: answered 500 |" in page
    assert set(UNCHECKED) == {"iam:PassRole", "sqs:SendMessage"}
