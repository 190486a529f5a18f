"""The environment by name."""

import pytest

from shared import settings


def test_a_missing_variable_is_named_with_its_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error of every setting says which it is and what it is for; an empty one is there."""
    for name, purpose in settings.NAMES.items():
        monkeypatch.delenv(name, raising=False)
        with pytest.raises(settings.MissingSetting, match=name) as raised:
            settings.value(name)
        assert purpose in str(raised.value)
        monkeypatch.setenv(name, "")
        assert settings.value(name) == ""


def test_a_list_has_no_empty_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commas too many and blanks around words are nothing."""
    monkeypatch.setenv("TITLE_LANGUAGES", " en, ,ru,,be ,")
    assert settings.words("TITLE_LANGUAGES") == ["en", "ru", "be"]
