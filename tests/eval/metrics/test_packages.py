import pytest

from eval.metrics.packages import needed
from neuroonco.errors import MetricError


def test_a_module_is_imported_by_its_dotted_name():
    assert needed("os.path").basename("a/b") == "b"


def test_a_package_that_is_missing_is_named_with_the_extra_that_brings_it():
    with pytest.raises(MetricError, match=r"package no-such-measure.*'mm-neuroonco\[encoder\]'"):
        needed("no_such_measure.scores", "encoder")


def test_what_a_package_itself_lacks_is_not_taken_for_the_package(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import no_such_dependency\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        needed("half_installed")
