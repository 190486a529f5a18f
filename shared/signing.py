"""The stack's secret keys, from SSM SecureString parameters, two valid at once."""

from typing import Any

from aws_lambda_powertools.utilities import parameters

from shared import settings

_MAX_AGE = 300  # seconds until a rotated key is seen


def secret(name: str) -> dict[str, Any]:
    """The parameter `/dateline/<stack>/<name>`: `{"keys": [newest, previous]}` and what else belongs to it."""
    path = f"/dateline/{settings.value('STACK')}/{name}"
    value: Any = parameters.get_parameter(path, decrypt=True, transform="json", max_age=_MAX_AGE)
    return dict(value)
