"""Sections and tags in use follow the events."""

import random
from typing import Any

import pytest

from functions import project_topics
from tests.newsroom import Newsroom, sqs_event


def topics(newsroom: Newsroom) -> dict[str, dict[str, int]]:
    """What readers are told, as name → stories."""
    answer = newsroom.http("GET", "/topics")
    assert answer.status == 200, answer.text
    return {kind: {each["name"]: each["stories"] for each in answer.json[kind]} for kind in ("sections", "tags")}


def test_topics_follow_what_readers_see(newsroom: Newsroom) -> None:
    """A published story counts under its section and tags, moves with them, and goes when it goes."""
    assert topics(newsroom) == {"sections": {}, "tags": {}}
    story = newsroom.published(section="sport", tags=["ice hockey", "a#b", "мост"])
    newsroom.published(section="sport", tags=["мост"])
    newsroom.draft(section="culture", tags=["unseen"])
    newsroom.deliver()
    assert topics(newsroom) == {"sections": {"sport": 2}, "tags": {"a#b": 1, "ice hockey": 1, "мост": 2}}
    newsroom.change("PATCH", story, "", {"section": "news", "tags": ["мост", "ice hockey", "ice hockey"]})
    newsroom.deliver()
    assert topics(newsroom) == {"sections": {"news": 1, "sport": 1}, "tags": {"ice hockey": 1, "мост": 2}}
    newsroom.change("POST", story, "/withdrawal", {"kind": "killed"})
    newsroom.deliver()
    assert topics(newsroom) == {"sections": {"sport": 1}, "tags": {"мост": 1}}


@pytest.mark.parametrize("seed", range(5))
def test_any_order_ends_at_the_truth(newsroom: Newsroom, seed: int) -> None:
    """Events that arrive shuffled and twice end where the story stands, and never below."""
    story = newsroom.draft(section="news", tags=["a"]).json["id"]
    for method, what, body in (
        ("POST", "/publication", None),
        ("PATCH", "", {"tags": ["b"]}),
        ("DELETE", "/publication", None),
        ("PATCH", "", {"tags": ["c"], "section": "sport"}),
        ("POST", "/publication", None),
    ):
        newsroom.change(method, story, what, body)
    newsroom.deliver_events()
    messages = newsroom.take("TopicsRule") * 2
    random.Random(seed).shuffle(messages)
    for message in messages:
        assert project_topics.handler(sqs_event(message), None) == {"batchItemFailures": []}
    assert topics(newsroom) == {"sections": {"sport": 1}, "tags": {"c": 1}}


def test_a_message_that_fails_comes_back_alone(newsroom: Newsroom) -> None:
    """What cannot be read is named; the others of the batch are done."""
    newsroom.draft()
    newsroom.deliver_events()
    (good,) = newsroom.take("TopicsRule")
    broken: dict[str, Any] = {"detail": {"subject": "x"}}
    answer = project_topics.handler(sqs_event(broken, good), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
