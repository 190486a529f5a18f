"""One DynamoDB table in memory, with its stream: the calls that recording and counting make, a hundred times faster.

It is not the judge of anything that it alone has seen: `tests/bench/test_schedules.py` runs the same schedules against
moto and compares every item and every stream record. What it does not know it refuses, loudly.
"""

import copy
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

type Image = dict[str, Any]
"""An item in wire form: `{"pk": {"S": "…"}}`."""
type _Given = tuple[Mapping[str, Any], Mapping[str, str], Mapping[str, Any]]  # the item, names, values
type _Operand = Callable[[_Given], Any]
type _Condition = Callable[[_Given], bool]
type _Change = Callable[[Image, _Given], None]

_TOKENS = re.compile(r"\s*(<>|<=|>=|[=<>(),+-]|[#:]?\w+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "<>": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
}


class Unknown(NotImplementedError):
    """A call or an expression that this double does not know; it must not be taken for one that had no effect."""


class Refused(ClientError):
    """A condition failed."""


class Table:
    """The client's calls on one table: `update_item`, `batch_get_item` and `put_item`, and what the stream then holds.

    `records`: the stream's records in order, as Lambda gets them; their sequence numbers are of DynamoDB's length.
    """

    exceptions = SimpleNamespace(ConditionalCheckFailedException=Refused)

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self._items: dict[tuple[str, str], Image] = {}
        self._sequence = 10**38

    def items(self) -> list[Image]:
        """All items by key."""
        return [self._items[key] for key in sorted(self._items)]

    def update_item(self, **request: Any) -> Any:
        """UpdateItem; a failed condition raises ClientError, with the item where ALL_OLD was asked for."""
        key = request["Key"]
        before = self._items.get(_place(key))
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        given: _Given = (before or {}, names, values)
        if "ConditionExpression" in request and not _condition(request["ConditionExpression"])(given):
            raise _refused("UpdateItem", request, before)
        after = copy.deepcopy(before) if before else dict(key)
        for change in _changes(request["UpdateExpression"]):
            change(after, given)
        self._put(key, before, after)
        return {}

    def put_item(self, **request: Any) -> Any:
        """PutItem; conditions as with `update_item`."""
        item = request["Item"]
        key = {"pk": item["pk"], "sk": item["sk"]}
        before = self._items.get(_place(key))
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        if "ConditionExpression" in request and not _condition(request["ConditionExpression"])(
            (before or {}, names, values)
        ):
            raise _refused("PutItem", request, before)
        self._put(key, before, copy.deepcopy(item))
        return {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Any:  # noqa: N803  # the API's own name
        """BatchGetItem; all keys are always handed out, and every read sees the last write."""
        ((table, request),) = RequestItems.items()
        found = [self._items[_place(key)] for key in request["Keys"] if _place(key) in self._items]
        return {"Responses": {table: copy.deepcopy(found)}, "UnprocessedKeys": {}}

    def __getattr__(self, name: str) -> Any:
        raise Unknown(name)

    def _put(self, key: Image, before: Image | None, after: Image) -> None:
        if before == after:
            return  # "no changes to the item: no record" (DynamoDB Streams)
        self._items[_place(key)] = after
        self._sequence += 7
        change = {
            "ApproximateCreationDateTime": 0.0,
            "Keys": key,
            "NewImage": copy.deepcopy(after),
            "SequenceNumber": str(self._sequence),
        }
        self.records.append({"eventName": "MODIFY" if before else "INSERT", "dynamodb": change})


def _place(key: Mapping[str, Any]) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]


def _refused(operation: str, request: Mapping[str, Any], before: Image | None) -> Refused:
    told: Any = {"Error": {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}}
    if before and request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        told["Item"] = copy.deepcopy(before)
    return Refused(told, operation)


def _name(token: str, names: Mapping[str, str]) -> str:
    return names[token] if token.startswith("#") else token


class _Tokens:
    """The words of an expression, taken one after another."""

    def __init__(self, expression: str) -> None:
        self._words: list[str] = _TOKENS.findall(expression)
        if "".join(self._words) != re.sub(r"\s", "", expression):
            raise Unknown(expression)
        self._expression = expression

    def next_is(self, *words: str) -> bool:
        return bool(self._words) and self._words[0].upper() in words

    def take(self) -> str:
        if not self._words:
            raise Unknown(self._expression)
        return self._words.pop(0)

    def expect(self, word: str) -> None:
        if self.take() != word:
            raise Unknown(self._expression)

    def left(self) -> bool:
        return bool(self._words)


# -- Conditions


@lru_cache(maxsize=512)
def _condition(expression: str) -> _Condition:
    tokens = _Tokens(expression)
    found = _any(tokens)
    if tokens.left():
        raise Unknown(expression)
    return found


def _any(tokens: _Tokens) -> _Condition:
    parts = [_all(tokens)]
    while tokens.next_is("OR"):
        tokens.take()
        parts.append(_all(tokens))
    return lambda given: any(part(given) for part in parts)


def _all(tokens: _Tokens) -> _Condition:
    parts = [_one(tokens)]
    while tokens.next_is("AND"):
        tokens.take()
        parts.append(_one(tokens))
    return lambda given: all(part(given) for part in parts)


def _one(tokens: _Tokens) -> _Condition:
    if tokens.next_is("NOT"):
        tokens.take()
        inner = _one(tokens)
        return lambda given: not inner(given)
    if tokens.next_is("("):
        tokens.take()
        inside = _any(tokens)
        tokens.expect(")")
        return inside
    if tokens.next_is("ATTRIBUTE_EXISTS", "ATTRIBUTE_NOT_EXISTS"):
        wanted = tokens.take().lower() == "attribute_exists"
        tokens.expect("(")
        path = tokens.take()
        tokens.expect(")")
        return lambda given: (_name(path, given[1]) in given[0]) is wanted
    left, sign, right = _operand(tokens), tokens.take(), _operand(tokens)
    return lambda given: _compared(left(given), sign, right(given))


def _compared(left: Any, sign: str, right: Any) -> bool:
    if sign not in _COMPARE:
        raise Unknown(sign)
    if left is None or right is None or left.keys() != right.keys():
        return sign == "<>"  # what is not there, or of another type, is unequal and not to be ordered
    ((kind, one),), (other,) = left.items(), right.values()
    return _COMPARE[sign](Decimal(one), Decimal(other)) if kind == "N" else _COMPARE[sign](one, other)


# -- Changes


@lru_cache(maxsize=4096)
def _changes(expression: str) -> tuple[_Change, ...]:
    tokens = _Tokens(expression)
    found: list[_Change] = []
    while tokens.left():
        kind = tokens.take().upper()
        clause = {"SET": _set, "ADD": _add, "REMOVE": _remove}.get(kind)
        if clause is None:
            raise Unknown(expression)
        found.append(clause(tokens))
        while tokens.next_is(","):
            tokens.take()
            found.append(clause(tokens))
    return tuple(found)


def _set(tokens: _Tokens) -> _Change:
    path = tokens.take()
    tokens.expect("=")
    first = _operand(tokens)
    sign = tokens.take() if tokens.next_is("+", "-") else ""
    second = _operand(tokens) if sign else None

    def change(after: Image, given: _Given) -> None:
        value = first(given)
        if second:
            amount = Decimal(second(given)["N"])
            value = {"N": str(Decimal(value["N"]) + (amount if sign == "+" else -amount))}
        after[_name(path, given[1])] = value

    return change


def _add(tokens: _Tokens) -> _Change:
    path, value = tokens.take(), tokens.take()

    def change(after: Image, given: _Given) -> None:
        name = _name(path, given[1])
        after[name] = {"N": str(Decimal(after.get(name, {"N": "0"})["N"]) + Decimal(given[2][value]["N"]))}

    return change


def _remove(tokens: _Tokens) -> _Change:
    path = tokens.take()
    return lambda after, given: after.pop(_name(path, given[1]), None) and None


def _operand(tokens: _Tokens) -> _Operand:
    token = tokens.take()
    if token.lower() == "if_not_exists":
        tokens.expect("(")
        path = tokens.take()
        tokens.expect(",")
        otherwise = _operand(tokens)
        tokens.expect(")")
        return lambda given: given[0].get(_name(path, given[1])) or otherwise(given)
    if token.startswith(":"):
        return lambda given: given[2][token]
    if tokens.next_is("("):
        raise Unknown(token)
    return lambda given: given[0].get(_name(token, given[1]))
