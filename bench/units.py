"""DynamoDB's billable units, counted from bytes by the rules that AWS documents.

Sizes ("DynamoDB item sizes and formats"): the bytes of names and values in UTF-8; a number takes a byte for two
significant digits and one more; a list or map three bytes and one for each element; null and true one byte.

Reads ("DynamoDB read and write operations"): 4 KB a unit, rounded up, half of it when eventually consistent. GetItem
and BatchGetItem round each item, Query rounds the sum of all it read before it filtered. What is not there costs the
smallest read. TransactGetItems costs twice.

Writes (same place): 1 KB a unit, rounded up, by the larger of the item before and after; a failed condition costs what
the item that is there would; in a transaction twice.

Indexes ("Global secondary indexes", write capacity units): an entry that appears or disappears is one write of its
projected size, one whose projected attributes changed is one, one whose key changed is two (a delete and a put), and
one that stays as it was is none.

In a transaction the documents say that "two underlying reads or writes of every item" are performed and leave open
whether an index entry is such an item. The public suite that compares emulators with real DynamoDB
(paritysuite/dynamodb-conformance, and dynoxide which was corrected by it) found that only the table's own units are
doubled. INDEXES_TWICE says which reading the figures take; the other one stands beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal, Self

type Image = Mapping[str, Any]
"""An item in wire form: `{"pk": {"S": "…"}}`."""

WRITE_BYTES = 1024
READ_BYTES = 4096
INDEXES_TWICE = False  # as measured on DynamoDB; the higher reading stands beside it


def size(image: Image | None) -> int:
    """Bytes of an item; 0 of none."""
    return sum(len(name.encode()) + _value(value) for name, value in (image or {}).items())


def _value(value: Image) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "L":
            return 3 + sum(1 + _value(each) for each in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value(each) for name, each in content.items())
        case "SS" | "NS" | "BS":
            return sum(_scalar(kind[0], each) for each in content)
    return _scalar(kind, content)


def _scalar(kind: str, content: Any) -> int:
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number(content)
        case "B":
            return len(bytes(content))
        case "BOOL" | "NULL":
            return 1
    raise ValueError(f"{kind} is no type of DynamoDB")


def _number(text: str) -> int:
    digits = text.lower().partition("e")[0].lstrip("-").replace(".", "").strip("0")
    return ceil(len(digits) / 2) + 1 + text.startswith("-")


def write_units(*images: Image | None) -> int:
    """Units of writing an item: by the largest of its images, at least one."""
    return max(1, *(ceil(size(image) / WRITE_BYTES) for image in images))


def read_units(total: int, *, consistent: bool) -> float:
    """Units of reading `total` bytes at once: at least one, half of it when eventually consistent."""
    return max(1, ceil(total / READ_BYTES)) * (1 if consistent else 0.5)


@dataclass(frozen=True)
class Index:
    """A global secondary index: its key's attributes, and what it copies (None: everything)."""

    name: str
    keys: tuple[str, ...]
    attributes: frozenset[str] | None

    def entry(self, image: Image | None) -> Image | None:
        """What the index holds of an item; None when the item lacks a part of the index's key."""
        if image is None or not all(key in image for key in self.keys):
            return None
        if self.attributes is None:
            return image
        return {name: value for name, value in image.items() if name in self.attributes}

    def units(self, before: Image | None, after: Image | None) -> int:
        """Units of bringing the index up to date with a change of an item."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        if old is None or new is None:
            return write_units(old, new)
        if any(old[key] != new[key] for key in self.keys):
            return write_units(old) + write_units(new)
        return write_units(old, new)


@dataclass(frozen=True)
class Table:
    """A table as far as units depend on it: its key's attributes and its indexes."""

    keys: tuple[str, ...]
    indexes: tuple[Index, ...]

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Self:
        """The table of an AWS::DynamoDB::Table's properties."""
        keys = _names(properties["KeySchema"])
        return cls(keys, tuple(_index(each, keys) for each in properties.get("GlobalSecondaryIndexes", [])))

    def key(self, image: Image) -> Image:
        """The primary key of an item."""
        return {name: image[name] for name in self.keys}

    def index(self, name: str) -> Index:
        """The index of that name."""
        (found,) = (index for index in self.indexes if index.name == name)
        return found


def _names(schema: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(part["AttributeName"] for part in schema)


def _index(properties: Mapping[str, Any], table_keys: tuple[str, ...]) -> Index:
    keys = _names(properties["KeySchema"])
    projection = properties["Projection"]
    copied = {*keys, *table_keys, *projection.get("NonKeyAttributes", [])}
    whole = projection["ProjectionType"] == "ALL"
    return Index(properties["IndexName"], keys, None if whole else frozenset(copied))


@dataclass(frozen=True)
class Charge:
    """Units that one item, index entry or page cost; `units` before a transaction doubles them."""

    kind: Literal["read", "write"]
    operation: str
    table: str
    index: str | None
    units: float
    transaction: bool = False

    def billed(self, *, indexes_twice: bool = INDEXES_TWICE) -> float:
        """Units billed; `indexes_twice`: a transaction doubles index writes too."""
        doubled = self.transaction and (self.index is None or indexes_twice)
        return self.units * (2 if doubled else 1)


@dataclass(frozen=True)
class Change:
    """One item that an operation writes: where, and its images before and after (None: not there)."""

    table: str
    before: Image | None
    after: Image | None

    def charges(self, table: Table, operation: str, *, transaction: bool) -> list[Charge]:
        """What the change costs in the table and in its indexes."""
        found: list[tuple[str | None, int]] = [(None, write_units(self.before, self.after))]
        found += [(index.name, index.units(self.before, self.after)) for index in table.indexes]
        return [Charge("write", operation, self.table, name, units, transaction) for name, units in found if units]
