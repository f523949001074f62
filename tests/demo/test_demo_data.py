import hashlib
from pathlib import Path

from neuroonco.demo import make_demo_data


def digest(folder: Path) -> str:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    text = b"".join(p.relative_to(folder).as_posix().encode() + p.read_bytes() for p in files)
    return hashlib.sha256(text).hexdigest()


def test_demo_data_holds_many_formats_and_is_the_same_each_time(tmp_path: Path) -> None:
    make_demo_data(tmp_path / "a")
    make_demo_data(tmp_path / "b", seed=0)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    suffixes = [p.suffix for p in (tmp_path / "a").rglob("*") if p.is_file()]
    for suffix in (".jpg", ".jpeg", ".webp", ".png", ".tif", ".mat", ".gz", ".txt", ".yaml"):
        assert suffix in suffixes
    assert 200 < len(suffixes) < 400
