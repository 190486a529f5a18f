"""Transactions retry what may be retried and nothing else; items go into DynamoDB's form and back."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared import clients
from shared.errors import Unavailable
from shared.table import Cancelled, Write, dump, load, transact

WRITES = [Write("newsroom", {"pk": str(number), "sk": "A"}) for number in range(3)]


def cancelled(*codes: str, items: dict[int, Any] | None = None) -> ClientError:
    """DynamoDB's refusal with one reason per write."""
    reasons: list[Any] = [{"Code": code} for code in codes]
    for index, item in (items or {}).items():
        reasons[index]["Item"] = dump(item)
    return failure("TransactionCanceledException", CancellationReasons=reasons)


def failure(code: str, **more: Any) -> ClientError:
    """An error of DynamoDB."""
    response: Any = {"Error": {"Code": code, "Message": code}, **more}
    return ClientError(response, "TransactWriteItems")


class Client:
    """A client that answers what is put in, one after another, and then well."""

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.tokens: list[str] = []

    def transact_write_items(self, *, TransactItems: list[Any], ClientRequestToken: str) -> None:  # noqa: N803  # boto3's
        """One attempt."""
        assert len(TransactItems) == len(WRITES)
        self.tokens.append(ClientRequestToken)
        if self.answers:
            raise self.answers.pop(0)


type Dynamo = Callable[..., Client]


@pytest.fixture
def dynamo(monkeypatch: pytest.MonkeyPatch) -> Dynamo:
    """Puts a client in that answers so, and stops the waiting."""

    def answering(*answers: Exception) -> Client:
        client = Client(*answers)
        monkeypatch.setattr(clients, "dynamodb", lambda: client)
        monkeypatch.setattr(time, "sleep", lambda _: None)
        return client

    return answering


@pytest.mark.parametrize(
    "error",
    [
        cancelled("None", "TransactionConflict", "None"),
        cancelled("ThrottlingError", "TransactionConflict", "None"),
        cancelled("None", "None", "ProvisionedThroughputExceeded"),
        failure("TransactionInProgressException"),
    ],
)
def test_conflicts_and_throttles_are_sent_again_under_one_token(dynamo: Dynamo, error: ClientError) -> None:
    """When every reason passes by itself the same transaction goes again; a lost answer cannot make it happen twice."""
    client = dynamo(error, error, error)
    transact(WRITES)
    assert len(client.tokens) == 4
    assert len(set(client.tokens)) == 1
    transact(WRITES)
    assert len(set(client.tokens)) == 2


@pytest.mark.parametrize(
    "error",
    [
        cancelled("ConditionalCheckFailed", "None", "None"),
        cancelled("None", "TransactionConflict", "ConditionalCheckFailed"),
    ],
)
def test_a_failed_condition_is_final(dynamo: Dynamo, error: ClientError) -> None:
    """A condition that failed, alone or beside a conflict, is told at once."""
    client = dynamo(error)
    with pytest.raises(Cancelled):
        transact(WRITES)
    assert len(client.tokens) == 1


@pytest.mark.parametrize(
    "error",
    [
        cancelled("None", "ValidationError", "None"),
        cancelled("TransactionConflict", "ItemCollectionSizeLimitExceeded", "None"),
        cancelled("AccessDenied", "None", "None"),
        failure("ValidationException"),
        failure("IdempotentParameterMismatchException"),
    ],
)
def test_an_error_that_stays_is_raised_as_it_is(dynamo: Dynamo, error: ClientError) -> None:
    """What sending again cannot heal is not sent again."""
    client = dynamo(error)
    with pytest.raises(ClientError) as raised:
        transact(WRITES)
    assert raised.value is error
    assert len(client.tokens) == 1


def test_a_busy_table_ends_in_unavailable(dynamo: Dynamo) -> None:
    """After the last attempt the caller is told to come again."""
    client = dynamo(*[cancelled("TransactionConflict", "None", "None")] * 100)
    with pytest.raises(Unavailable):
        transact(WRITES)
    assert 3 <= len(client.tokens) <= 10
    assert len(set(client.tokens)) == 1


def test_cancelled_says_what_each_failed_write_found(dynamo: Dynamo) -> None:
    """The failed writes by index, each with the item that was in its way, or {} where there was none."""
    found = {"pk": "0", "version": 7, "mark": b"\x00\xff"}
    dynamo(cancelled("ConditionalCheckFailed", "None", "ConditionalCheckFailed", items={0: found}))
    with pytest.raises(Cancelled) as raised:
        transact(WRITES)
    assert raised.value.failed == {0: found, 2: {}}


def test_items_go_there_and_back() -> None:
    """Whole numbers, bytes, texts, truths and what nests in them come back equal and of the same types."""
    item = {
        "big": 10**37 + 1,
        "negative": -5,
        "zero": 0,
        "bytes": b"\x00\xff",
        "empty": "",
        "text": "Мост 😀",
        "no": False,
        "list": [1, b"\x01", [None, "x"], {"deep": [2]}],
        "map": {"empty": [], "none": None, "number": 3},
    }
    back = load(dump(item))
    assert back == item
    assert [type(value) for value in back.values()] == [type(value) for value in item.values()]
    assert type(back["list"][1]) is bytes


def test_none_and_empty_lists_are_not_stored() -> None:
    """Attributes that say nothing cost nothing; falsehood, zero and the empty text say something."""
    assert load(dump({"a": None, "b": [], "c": 0, "d": False, "e": ""})) == {"c": 0, "d": False, "e": ""}


def test_fractions_are_read_and_not_written() -> None:
    """A stored fraction is a float; a float is refused at writing, where its digits would change unseen."""
    assert load({"at": {"N": "1.25"}}) == {"at": 1.25}
    with pytest.raises(TypeError, match="Float"):
        dump({"at": 1.25})
