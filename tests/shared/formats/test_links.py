"""Addresses as identities."""

import pytest

from shared.formats.links import web_address, without_tracking


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://courier.example/a?utm_source=rss&utm_medium=feed", "https://courier.example/a"),
        ("https://courier.example/a?id=7&UTM_Campaign=x&page=2", "https://courier.example/a?id=7&page=2"),
        (
            "https://courier.example/a?fbclid=1&gclid=2&yclid=3&ysclid=4&msclkid=5&_openstat=6",
            "https://courier.example/a",
        ),
        ("https://courier.example/a?at_medium=RSS&at_campaign=K", "https://courier.example/a"),
        ("https://courier.example/a#xtor=RSS-3", "https://courier.example/a"),
        ("https://courier.example/a?b=%20+c&&d#comments", "https://courier.example/a?b=%20+c&&d#comments"),
        ("https://courier.example/a?utmost=1&clid=2&at=3", "https://courier.example/a?utmost=1&clid=2&at=3"),
        ("http://[courier", "http://[courier"),
        ("tag:courier.example,2018:7?utm_source=x", "tag:courier.example,2018:7"),
    ],
)
def test_only_what_tracks_readers_is_taken_from_an_address(address: str, kept: str) -> None:
    assert without_tracking(address) == kept


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://courier.example/a?utm_source=x", "https://courier.example/a"),
        ("/a", "https://vale.example/a"),
        ("a\n b", "https://vale.example/news/ab"),
        ("//courier.example/a", "https://courier.example/a"),
        ("", None),
        (None, None),
        ("javascript:alert(1)", None),
        ("data:image/png;base64,AA", None),
        ("ftp://courier.example/a", None),
        ("http:///a", None),
        ("https://[courier/", None),
        ("https://courier.example/" + "a" * 2_000, None),
    ],
)
def test_an_address_of_the_web_is_absolute(link: str | None, address: str | None) -> None:
    assert web_address(link, "https://vale.example/news/feed.xml") == address
