"""Counts the units of every DynamoDB call that a client makes, while the product's own code runs.

It hears botocore's events on the client, looks at each item before and after through a client of its own, and leaves
the arithmetic to `bench.units`. The ConsumedCapacity of an emulator is not asked: moto and MiniStack make it up.
"""

import copy
import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import boto3

from bench.units import INDEXES_TWICE, Change, Charge, Image, Table, read_units, size

_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
_READS = {"GetItem", "BatchGetItem", "Query", "TransactGetItems"}
_BILLED_FAILURES = {"ConditionalCheckFailedException", "TransactionCanceledException"}
_BEFORE, _AFTER = "provide-client-params.dynamodb", "after-call.dynamodb"
_SLOT = "bench_meter"
_QUERY = {"TableName", "IndexName", "KeyConditionExpression", "ScanIndexForward", "ExclusiveStartKey", "ConsistentRead"}
_PLACEHOLDER = re.compile(r"[#:]\w+")


class NoRule(NotImplementedError):
    """The product made a call whose price this meter does not know; an unknown price must not count as none."""


class Meter:
    """`with Meter(client, tables) as meter:` counts what `client` does; `tables` by the names that it uses."""

    def __init__(self, client: Any, tables: Mapping[str, Table]) -> None:
        self.charges: list[Charge] = []
        self._client = client
        self._tables = tables

    def __enter__(self) -> Self:
        self._eyes: Any = boto3.client("dynamodb")
        self._client.meta.events.register(_BEFORE, self._before)
        self._client.meta.events.register(_AFTER, self._after)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.meta.events.unregister(_BEFORE, self._before)
        self._client.meta.events.unregister(_AFTER, self._after)

    def written(self, *, indexes_twice: bool = INDEXES_TWICE) -> float:
        """Write units so far; `indexes_twice`: a transaction doubles index writes too."""
        return sum(charge.billed(indexes_twice=indexes_twice) for charge in self.charges if charge.kind == "write")

    def read(self) -> float:
        """Read units so far."""
        return sum(charge.billed() for charge in self.charges if charge.kind == "read")

    def _before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        name = model.name
        if name not in _WRITES | _READS:
            raise NoRule(name)
        keys = self._targets(name, params) if name in _WRITES else []
        context[_SLOT] = copy.deepcopy(params), [(table, key, self._look(table, key)) for table, key in keys]

    def _after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        params, targets = context[_SLOT]
        error = parsed.get("Error", {}).get("Code")
        if error and error not in _BILLED_FAILURES:
            return
        if model.name in _READS:
            self.charges += self._reads(model.name, params, parsed)
        for table, key, before in targets:
            change = Change(table, before, before if error else self._look(table, key))
            transaction = model.name == "TransactWriteItems"
            self.charges += change.charges(self._tables[table], model.name, transaction=transaction)

    def _look(self, table: str, key: Image) -> Image | None:
        found: Image | None = self._eyes.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return found

    def _targets(self, operation: str, params: dict[str, Any]) -> list[tuple[str, Image]]:
        """Table and key of each item that a call writes or checks."""
        if operation == "TransactWriteItems":
            parts = [part for each in params["TransactItems"] for part in each.values()]
        elif operation == "BatchWriteItem":
            parts = [
                {"TableName": table, **body}
                for table, requests in params["RequestItems"].items()
                for request in requests
                for body in request.values()
            ]
        else:
            parts = [params]
        return [(part["TableName"], self._key(part)) for part in parts]

    def _key(self, part: dict[str, Any]) -> Image:
        key: Image = part["Key"] if "Key" in part else self._tables[part["TableName"]].key(part["Item"])
        return key

    def _reads(self, operation: str, params: dict[str, Any], parsed: dict[str, Any]) -> list[Charge]:
        if operation == "Query":
            return [self._query(params, parsed)]
        return [
            Charge(
                "read",
                operation,
                table,
                None,
                read_units(size(self._look(table, key)), consistent=consistent),
                transaction=operation == "TransactGetItems",
            )
            for table, key, consistent in _asked(operation, params)
        ]

    def _query(self, params: dict[str, Any], parsed: dict[str, Any]) -> Charge:
        """Filters and projections do not make a query cheaper: it is asked again without them."""
        table, index = params["TableName"], params.get("IndexName")
        whole = {name: value for name, value in params.items() if name in _QUERY}
        used = set(_PLACEHOLDER.findall(params["KeyConditionExpression"]))
        for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            kept = {placeholder: value for placeholder, value in params.get(name, {}).items() if placeholder in used}
            whole |= {name: kept} if kept else {}
        scanned = parsed["ScannedCount"]
        found = self._eyes.query(**whole, Limit=scanned)["Items"] if scanned else []
        if index:
            found = [self._tables[table].index(index).entry(item) for item in found]
        units = read_units(sum(size(item) for item in found), consistent=bool(params.get("ConsistentRead")))
        return Charge("read", "Query", table, index, units)


def _asked(operation: str, params: dict[str, Any]) -> list[tuple[str, Image, bool]]:
    """Table, key and consistency of each item that a call reads by key."""
    if operation == "BatchGetItem":
        return [
            (table, key, bool(request.get("ConsistentRead")))
            for table, request in params["RequestItems"].items()
            for key in request["Keys"]
        ]
    if operation == "TransactGetItems":
        return [(each["Get"]["TableName"], each["Get"]["Key"], True) for each in params["TransactItems"]]
    return [(params["TableName"], params["Key"], bool(params.get("ConsistentRead")))]
