"""A view counter is a whole line that says how often a page was read."""

import pytest

from shared.formats.counter import read_counter


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("146 times (а)", 146),  # the letter is Cyrillic
        ("146 times (a)", 146),
        ("Прочитано 146 раз", 146),
        ("ПРОЧИТАНО 146 РАЗ(А)", 146),
        ("Прочитано: 146", 146),
        ("Read 146 times", 146),
        ("1 time", 1),
        ("Прачытана 146 разоў", 146),
        ("Прачытана 22 разы", 22),
        ("Просмотров: 1 432", 1432),
        ("Просмотры: 146", 146),
        ("Количество просмотров: 5", 5),
        ("146 просмотров", 146),
        ("Переглядів: 15", 15),
        ("Wyświetleń: 12", 12),
        ("Aufrufe: 1.432", 1432),
        ("1.432 Mal gelesen", 1432),
        ("Peržiūros: 12", 12),
        ("Views: 1,432", 1432),
        ("1.432 views", 1432),
        ("(146 views)", 146),
        ("Hits: 12", 12),
        ("Read 1\u00a0432 times", 1432),
        ("Read 1\u202f432\u2009567 times", 1432567),
        ("\U0001f441\ufe0f 146", 146),
        ("146 p\u0430з", 146),  # a Latin letter in a Cyrillic word
        ("Просмотров: 0", 0),
    ],
)
def test_reads_the_phrases_of_old_sites(line: str, count: int) -> None:
    """Whatever the language, the grouping of digits and the case, the count is read."""
    assert read_counter(line) == count


@pytest.mark.parametrize(
    "line",
    [
        "",
        "146",
        "2018",
        "He crossed it 146 times",
        "146 times he crossed it",
        "146 times.",
        "Read 1984",
        "5 times as many views",
        "1,43 views",
        "9" * 40 + " views",
        "views: " + "1 " * 500,
    ],
)
def test_other_lines_are_no_counters(line: str) -> None:
    """Prose, bare numbers and impossible counts are left alone."""
    assert read_counter(line) is None
