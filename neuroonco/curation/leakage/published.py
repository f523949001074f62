"""What published annotations for training share with those for testing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from neuroonco import canonical
from neuroonco.annotations import Record
from neuroonco.curation.cases import case_of
from neuroonco.curation.leakage.pixels import PictureLeakage, compare_pictures
from neuroonco.errors import AnnotationError
from neuroonco.json_records import read_records
from neuroonco.tree import check_relative
from neuroonco.vocabulary import UNKNOWN, fold

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class PublishedLeakage:
    """What training annotations share with a benchmark's.

    Attributes:
        benchmark, training: how many pictures each names.
        paths: picture names that both have.
        cases: patients or cases that both name.
        case_pictures: how many training pictures are of these.
        stems: training pictures that have another path but, apart from its ending, letter case and
            blanks, the name of a benchmark picture of the same source.
        pictures: what those on disk share; None where none were looked for.
    """

    benchmark: int
    training: int
    paths: list[str]
    cases: list[str]
    case_pictures: int
    stems: list[str]
    pictures: PictureLeakage | None = None

    @property
    def is_clean(self) -> bool:
        """Whether nothing is shared."""
        return not any(self._shared().values())

    def to_markdown(self) -> str:
        """The counts, and a few names of each kind."""
        shared = self._shared()
        lines = ["| shared | count |", "| --- | --- |"]
        lines += [f"| {what} | {len(names)} |" for what, names in shared.items()]
        parts = [
            f"# Published annotations\n\nThe benchmark names {self.benchmark} pictures, the "
            f"training set {self.training}; {self.case_pictures} of these are of a shared case. "
            + self._on_disk(),
            "\n".join(lines),
        ]
        for what, names in shared.items():
            if names:
                shown = "\n".join(f"- `{name}`" for name in names[:_SHOWN])
                more = len(names) - _SHOWN
                parts.append(f"{what}:\n\n{shown}" + (f"\n- and {more} more" if more > 0 else ""))
        return "\n\n".join(parts) + "\n"

    def _shared(self) -> dict[str, list[str]]:
        shared = {
            "same path": self.paths,
            "same case": self.cases,
            "same name in the same source": self.stems,
        }
        if self.pictures is not None:
            shared["same pixels"] = [" = ".join(pair) for pair in self.pictures.same_pixels]
            shared["near duplicate"] = [
                f"{one} ~ {other} ({alike:.3f})" for one, other, alike in self.pictures.near
            ]
        return shared

    def _on_disk(self) -> str:
        on_disk = self.pictures
        if on_disk is None:
            return "Only names were compared."
        broken = f"; {len(on_disk.broken)} are broken" if on_disk.broken else ""
        return f"{on_disk.benchmark} and {on_disk.training} of them are on disk{broken}."


def check_published(
    benchmark: Sequence[Path],
    training: Sequence[Path],
    data_dir: Path | None = None,
    *,
    workers: int | None = None,
) -> PublishedLeakage:
    """Compare the pictures that annotation files name, and those on disk by their pixels.

    Args:
        benchmark: JSON or JSONL files whose records have `image_path` or `images`.
        training: the same.
        data_dir: where the pictures are; None compares names alone.
        workers: processes that read pictures; None for one a core.

    Raises:
        NeuroOncoError: a file or data_dir cannot be used.
    """
    tested, learnt = _records(benchmark), _records(training)
    cases = {case_of(path) for path in tested} & {case_of(path) for path in learnt} - {""}
    names = {_name(path) for path in tested} - {None}
    return PublishedLeakage(
        benchmark=len(tested),
        training=len(learnt),
        paths=sorted(set(tested) & set(learnt)),
        cases=sorted(cases),
        case_pictures=sum(case_of(path) in cases for path in learnt),
        stems=sorted(path for path in learnt if path not in tested and _name(path) in names),
        pictures=compare_pictures(tested, learnt, data_dir, workers) if data_dir else None,
    )


def _records(files: Iterable[Path]) -> dict[str, Record]:
    """Every picture that annotation files name, by its path, each once."""
    found: dict[str, Record] = {}
    for file in files:
        try:
            for raw, where in read_records(file, file.name):
                for path in _paths(raw, where):
                    identity = str(raw.get("id", raw.get("sample_id", where)))
                    found.setdefault(path, Record(identity, (path,), "[]", where))
        except OSError as error:
            raise AnnotationError(f"{file.name}: cannot be read ({error.strerror})") from error
    return found


def _paths(raw: object, where: str) -> list[str]:
    fields = raw if isinstance(raw, dict) else {}
    paths = [fields["image_path"]] if "image_path" in fields else fields.get("images")
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise AnnotationError(f"{where}: names no picture in 'image_path' or 'images'")
    for path in paths:
        check_relative(path)
    return paths


def _name(path: str) -> tuple[str, str] | None:
    """A picture's source and bare name; None where its path, as in raw downloads, has no source."""
    source = canonical.parse(path).source
    stem = posixpath.splitext(posixpath.basename(path))[0]
    return None if source == UNKNOWN else (source, fold(stem).replace(" ", ""))
