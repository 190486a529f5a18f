"""A model that is cut to some operations serves them as the whole one does, and costs a start next to nothing."""

import gzip
import shutil
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest

from local import models
from tests.newsroom import REGION, Newsroom

SSM = next((Path(botocore.__file__).parent / "data" / "ssm").glob("*/service-2.json.gz"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with botocore's model of Systems Manager, cut to one operation."""
    (tmp_path / "ssm" / SSM.parent.name).mkdir(parents=True)
    shutil.copy(SSM, tmp_path / "ssm" / SSM.parent.name)
    models.main(str(tmp_path), "ssm", "GetParameter")
    return tmp_path


def test_what_is_left_serves(newsroom: Newsroom, data: Path) -> None:
    """A client of the cut model reads a parameter, knows the service's errors, and cannot do anything else."""
    session = botocore.session.get_session()
    session.set_config_variable("data_path", str(data))
    client: Any = session.create_client("ssm", region_name=REGION)
    answer = client.get_parameter(Name="/dateline/test/pages", WithDecryption=True)
    assert "new-key" in answer["Parameter"]["Value"]
    with pytest.raises(client.exceptions.ParameterNotFound):
        client.get_parameter(Name="/none")
    assert not hasattr(client, "put_parameter")


def test_it_is_a_fraction(data: Path) -> None:
    """One operation of 150."""
    (path,) = data.glob("ssm/*/service-2.json.gz")
    assert len(gzip.decompress(path.read_bytes())) < len(gzip.decompress(SSM.read_bytes())) / 20


def test_nobody_else_s_copy_changes(tmp_path: Path) -> None:
    """uv's files are links into its cache, which other environments share."""
    cache = tmp_path / "cache.json.gz"
    shutil.copy(SSM, cache)
    linked = tmp_path / "ssm" / "2014" / "service-2.json.gz"
    linked.parent.mkdir(parents=True)
    linked.hardlink_to(cache)
    models.main(str(tmp_path), "ssm", "GetParameter")
    assert cache.read_bytes() == SSM.read_bytes()
    assert len(linked.read_bytes()) < len(cache.read_bytes())


def test_an_operation_that_is_not_there_fails_the_build(data: Path) -> None:
    """A misspelt name is no quiet omission."""
    with pytest.raises(KeyError):
        models.main(str(data), "ssm", "GetParameterr")
