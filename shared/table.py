"""DynamoDB as the entities use it: plain items in, plain items out, transactions that retry what may be retried."""

import random
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from shared import clients
from shared.errors import Unavailable

type Item = dict[str, Any]

_ATTEMPTS = 6
_READ_AT_ONCE = 100  # keys that BatchGetItem takes
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "TransactionInProgress"}
_CANCELLED = {"TransactionCanceledException", "TransactionInProgressException"}
_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


class Cancelled(Exception):
    """A transaction's condition failed: `failed` maps the index of each write to the item it found there (or {})."""

    def __init__(self, failed: dict[int, Item]) -> None:
        super().__init__(f"conditions failed at {sorted(failed)}")
        self.failed = failed


@dataclass(frozen=True)
class Write:
    """One part of a transaction: a put; an update where `update` holds an UpdateExpression; a check where `check`."""

    table: str
    item: Item
    condition: str | None = None
    update: str | None = None
    names: Mapping[str, str] | None = None
    values: Mapping[str, Any] | None = None
    check: bool = False

    def request(self) -> Item:
        """The TransactWriteItem of this write."""
        body: Item = {"TableName": self.table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if self.condition:
            body["ConditionExpression"] = self.condition
        if self.names:
            body["ExpressionAttributeNames"] = dict(self.names)
        if self.values:
            body["ExpressionAttributeValues"] = dump(self.values)
        if self.update:
            return {"Update": body | {"Key": dump(self.item), "UpdateExpression": self.update}}
        if self.check:
            return {"ConditionCheck": body | {"Key": dump(self.item)}}
        return {"Put": body | {"Item": dump(self.item)}}


def dump(item: Mapping[str, Any]) -> Item:
    """An item in DynamoDB's wire form; None and empty values are left out of the top level to save units."""
    return {key: _serializer.serialize(value) for key, value in item.items() if value is not None and value != []}


def load(image: Mapping[str, Any]) -> Item:
    """An item from DynamoDB's wire form, whole numbers as int, binaries as bytes."""
    return {key: _plain(_deserializer.deserialize(value)) for key, value in image.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Binary):
        return bytes(value)  # type: ignore[call-overload]  # a Binary is bytes with a wrapper; its stub does not say so
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value


def get(table: str, pk: str, sk: str, *, consistent: bool = True) -> Item | None:
    """One item, or None."""
    answer = clients.dynamodb().get_item(TableName=table, Key=dump({"pk": pk, "sk": sk}), ConsistentRead=consistent)
    return load(answer["Item"]) if "Item" in answer else None


def get_many(table: str, keys: Sequence[Item], *, consistent: bool = True) -> list[Item]:
    """The items that are there, in no order. Raises Unavailable when DynamoDB does not hand out all of them."""
    found: list[Item] = []
    for start in range(0, len(keys), _READ_AT_ONCE):
        batch = [dump(key) for key in keys[start : start + _READ_AT_ONCE]]
        request: Any = {table: {"Keys": batch, "ConsistentRead": consistent}}
        for attempt in range(_ATTEMPTS):
            answer = clients.dynamodb().batch_get_item(RequestItems=request)
            found += map(load, answer["Responses"].get(table, []))
            if not (request := answer.get("UnprocessedKeys")):
                break
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311  # jitter, not a secret
        else:
            raise Unavailable("DynamoDB is busy; send the same request again.")
    return found


def query(table: str, pk: str, prefix: str, *, newest_first: bool = False) -> Iterator[Item]:
    """The items of a partition whose sort key begins with `prefix`, in order, page by page as they are asked for."""
    request: Item = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
        "ExpressionAttributeValues": dump({":pk": pk, ":prefix": prefix}),
        "ScanIndexForward": not newest_first,
    }
    while True:
        answer = clients.dynamodb().query(**request)
        yield from map(load, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def put_new(table: str, item: Item) -> bool:
    """Puts an item unless its key is taken; says whether it did."""
    try:
        clients.dynamodb().put_item(TableName=table, Item=dump(item), ConditionExpression="attribute_not_exists(pk)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def put(table: str, item: Item) -> None:
    """Puts an item, whatever was there."""
    clients.dynamodb().put_item(TableName=table, Item=dump(item))


def delete(table: str, pk: str, sk: str) -> None:
    """Deletes an item, whether it is there or not."""
    clients.dynamodb().delete_item(TableName=table, Key=dump({"pk": pk, "sk": sk}))


def write(one: Write) -> None:
    """One conditional update or put, at half a transaction's price. Raises Cancelled as `transact` does."""
    (kind, body), *_ = one.request().items()
    client = clients.dynamodb()
    try:
        client.update_item(**body) if kind == "Update" else client.put_item(**body)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        found: Any = error.response.get("Item", {})
        raise Cancelled({0: load(found)}) from error


def transact(writes: list[Write]) -> None:
    """All writes or none. Raises Cancelled when a condition failed, Unavailable when DynamoDB stays busy.

    botocore does not retry TransactionCanceledException; it is sent again here, with full jitter, only when every
    reason is a conflict or a throttle. One token for all attempts: an attempt whose answer was lost is not repeated.
    """
    token = str(uuid.uuid4())
    requests: list[Any] = [write.request() for write in writes]
    for attempt in range(_ATTEMPTS):
        try:
            clients.dynamodb().transact_write_items(TransactItems=requests, ClientRequestToken=token)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _CANCELLED:
                raise
            _raise_unless_passing(error)
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311  # jitter, not a secret
        else:
            return
    raise Unavailable("The story is being changed by others at this moment; send the same request again.")


def _raise_unless_passing(error: ClientError) -> None:
    reasons: list[Any] = error.response.get("CancellationReasons", [])
    failed = {
        index: load(reason.get("Item", {}))
        for index, reason in enumerate(reasons)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    if failed:
        raise Cancelled(failed) from error
    codes = {reason.get("Code") for reason in reasons} - {"None", None}
    if codes - _PASSING:
        raise error
