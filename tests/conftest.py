"""What all tests share: no network, a cache of their own, small data made by code."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before any Hugging Face library reads it
os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"

from pathlib import Path

import pytest

from neuroonco.demo.layouts import write_source


@pytest.fixture
def shared() -> Path:
    """The published annotations and small raw downloads that lie beside a developer's checkout."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        reason = "the published annotations and raw downloads are not in ../shared"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MM_NEUROONCO_CACHE", str(tmp_path_factory.mktemp("pictures")))
    monkeypatch.delenv("MM_NEUROONCO_DATA_DIR", raising=False)


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw downloads of four sources: JPEG, MATLAB, TIFF with masks, NIfTI. Not to be changed."""
    folder = tmp_path_factory.mktemp("raw")
    write_source(folder / "my download" / "archive", "03", per_class=3, size=48)
    write_source(folder / "figshare", "07", per_class=3, size=48)
    write_source(folder / "2d", "10", per_class=2, size=48)
    write_source(folder / "brats", "16", per_class=2)
    return folder
