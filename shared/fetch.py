"""Placeholder."""

from collections.abc import Mapping
from dataclasses import dataclass

TOTAL_SECONDS = 10


class Refused(Exception):
    """Never."""


class Failed(Exception):
    """Later."""


@dataclass(frozen=True)
class Fetched:
    """An answer."""

    status: int
    url: str
    content_type: str | None
    etag: str | None
    modified: str | None
    body: bytes
    permanent_url: str | None = None
    retry_after: int | None = None


def get(url: str, *, etag: str | None = None, modified: str | None = None, headers: Mapping[str, str] = {}) -> Fetched:
    """Nothing yet."""
    raise Failed(f"{url} {etag} {modified} {headers}")
