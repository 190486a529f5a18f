"""A request sent twice has its effect once: the record is written in the business transaction itself."""

import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any, Self

from shared import settings
from shared.errors import Unprocessable
from shared.table import Item, Write, get

_LIFE = 24 * 3600  # seconds for which a key is remembered


@dataclass(frozen=True)
class Key:
    """A caller's Idempotency-Key and the fingerprint of the request it stands for (IETF draft of that header)."""

    pk: str
    fingerprint: str

    @classmethod
    def of(cls, caller: str, key: str | None, *request: Any) -> Self:
        """Without a key the request is its own: the same input twice within a day has its effect once."""
        fingerprint = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
        name = f"{caller}\n{key or fingerprint}"
        return cls("IDEMPOTENCY#" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest(), fingerprint)

    def write(self, story_id: str) -> Write:
        """The record; its condition fails while an earlier one lives."""
        now = int(time.time())
        item = {"pk": self.pk, "sk": "KEY", "fingerprint": self.fingerprint, "story": story_id, "ttl": now + _LIFE}
        # TTL deletes late: an expired record must not count.
        return Write(
            settings.value("NEWSROOM_TABLE"),
            item,
            condition="attribute_not_exists(pk) OR #ttl < :now",
            names={"#ttl": "ttl"},
            values={":now": now},
        )

    def story(self) -> str | None:
        """The story that the first request with this key made or changed, if there was one."""
        record = get(settings.value("NEWSROOM_TABLE"), self.pk, "KEY")
        return self.story_in(record) if record and record["ttl"] >= time.time() else None

    def story_in(self, record: Item) -> str:
        """The story of a stored record. Raises Unprocessable when the key was used for another request."""
        if record["fingerprint"] != self.fingerprint:
            raise Unprocessable.at("/headers/idempotency-key", "was used for another request; choose a new key")
        return str(record["story"])
