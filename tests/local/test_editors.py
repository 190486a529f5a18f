"""Twelve editors want the same story: in every round exactly one gets it, and nobody's words are lost."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from local.client import Answer, Client
from local.stack import LocalStack
from ops import user

EDITORS, ROUNDS = 12, 50
_BOUND = 90.0  # seconds for all rounds


@pytest.fixture(scope="module")
def wide() -> Iterator[LocalStack]:
    """A stack that lets all of them in at once."""
    with LocalStack(concurrency=2 * EDITORS) as stack:
        yield stack


class InFlight:
    """Counts the calls that were sent and not answered yet; `widest` is the most that there ever were at once."""

    def __init__(self) -> None:
        self._lock, self._now, self.widest = threading.Lock(), 0, 0
        self.full = 0  # how often all editors' calls were out together

    def __enter__(self) -> None:
        with self._lock:
            self._now += 1
            self.widest = max(self.widest, self._now)
            self.full += self._now == EDITORS

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._now -= 1


@dataclass
class Editor:
    """One with an account of their own, who keeps a text until the story has taken it."""

    name: str
    token: str
    client: Client
    story: str
    flight: InFlight
    written: int = 0
    taken: dict[int, str] = field(default_factory=dict)  # version → text
    refused: int = 0

    @property
    def subject(self) -> str:
        """The name under which the API knows them: the pool's."""
        claims = self.token.split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["username"])

    @property
    def text(self) -> str:
        """What they want to save next."""
        return f"{self.name}, text {self.written}"

    def work(self, together: threading.Barrier, rounds: int = ROUNDS) -> list[bool]:
        """All rounds, each with everybody; says in which of them the text was taken."""
        try:
            return [self.round(together) for _ in range(rounds)]
        except BaseException:
            together.abort()  # or the others would wait
            raise
        finally:
            self.client.close()

    def round(self, together: threading.Barrier) -> bool:
        """Reads the story, waits for all others, sends the text; says whether it was taken."""
        together.wait(timeout=30)
        version = int(self.read().headers["etag"].strip('"'))
        together.wait(timeout=30)
        with self.flight:
            answer = self.save(version)
        if answer.status == 200:
            self.taken[answer.json["version"]] = self.text
            self.written += 1
            return True
        self.check_refusal(answer, version)
        self.refused += 1
        return False

    def check_refusal(self, answer: Answer, version: int) -> None:
        """It has what they need to go on: the version that won, and its text."""
        assert answer.status == 412, answer.text
        current = answer.json["current"]
        assert answer.json["current_version"] == current["version"] == version + 1
        assert answer.headers["etag"] == f'"{version + 1}"'
        assert ", text " in current["body_text"]
        assert current["body_text"] != self.text

    def read(self) -> Answer:
        """The story as the desk shows it."""
        answer = self.client.call("GET", f"/desk/articles/{self.story}")
        assert answer.status == 200, answer.text
        return answer

    def save(self, version: int) -> Answer:
        """The text, as a change of a version."""
        body = {"headline": "Contested", "body_text": self.text}
        return self.client.call("PUT", f"/articles/{self.story}", body, headers={"if-match": f'"{version}"'})


def _editors(stack: LocalStack) -> list[Editor]:
    cognito, pool, client = stack.client("cognito-idp"), stack.outputs["EditorsPool"], stack.outputs["EditorsClient"]
    chief = Client(stack.api, stack.tokens["editor"])
    story = chief.call("POST", "/articles", {"headline": "Contested", "body_text": "First."}).json["id"]
    chief.close()
    flight, editors = InFlight(), []
    for number in range(EDITORS):
        email = f"editor-{number}@example.org"
        token = user.sign_in(cognito, pool, client, email, user.create(cognito, pool, email, "editor"))
        editors.append(Editor(email, token, Client(stack.api, token), story, flight))
    return editors


@pytest.fixture(scope="module")
def after(wide: LocalStack) -> Iterator[list[Editor]]:
    """The editors, when all rounds are over and each has saved what was still in hand."""
    editors, started = _editors(wide), time.monotonic()
    together = threading.Barrier(EDITORS)
    with ThreadPoolExecutor(EDITORS) as pool:
        working = [pool.submit(editor.work, together) for editor in editors]
        wins = [each.result(timeout=_BOUND) for each in working]
    assert all(won.count(True) == 1 for won in zip(*wins, strict=True))
    seconds = time.monotonic() - started
    flight = editors[0].flight
    print(f"{ROUNDS} rounds of {EDITORS} in {seconds:.1f} s; all in flight in {flight.full} rounds")
    assert seconds < _BOUND
    for editor in editors:
        assert editor.work(threading.Barrier(1), rounds=1) == [True]
    yield editors
    for editor in editors:
        editor.client.close()


def test_all_of_them_were_really_there_at_once(after: list[Editor]) -> None:
    flight = after[0].flight
    assert flight.widest == EDITORS
    assert flight.full >= ROUNDS * 0.8


def test_everybody_but_one_is_told_of_the_newer_version(after: list[Editor]) -> None:
    assert sum(editor.refused for editor in after) == ROUNDS * (EDITORS - 1)
    assert sum(len(editor.taken) for editor in after) == ROUNDS + EDITORS


def test_the_versions_are_the_wins(after: list[Editor]) -> None:
    taken = sorted(version for editor in after for version in editor.taken)
    assert taken == list(range(2, 2 + ROUNDS + EDITORS))
    assert after[0].read().json["version"] == taken[-1]


def test_no_text_is_lost(after: list[Editor]) -> None:
    """Each text that an editor ever sent stands in the story's texts, once, under the version that took it."""
    for editor in after:
        assert list(editor.taken.values()) == [f"{editor.name}, text {number}" for number in range(editor.written)]
        for version, text in editor.taken.items():
            kept = editor.client.call("GET", f"/desk/articles/{editor.story}/versions/{version}").json
            assert text in str(kept)


def test_the_events_have_no_gap_and_name_who_won(after: list[Editor]) -> None:
    changes = after[0].client.call("GET", f"/desk/articles/{after[0].story}/history").json["items"]
    assert [change["version"] for change in changes] == list(range(1, 2 + ROUNDS + EDITORS))
    won = {version: editor.subject for editor in after for version in editor.taken}
    assert {change["version"]: change["by"] for change in changes[1:]} == won
