"""MM-NeuroOnco for Hugging Face `datasets`: the builder, `load()`, and the name "mm_neuroonco".

After ``import mm_neuroonco``, ``load_dataset("mm_neuroonco", "closed", data_dir=...)`` works on
datasets 3.6 to 5. `load` does the same on the public API alone. On datasets 3 this file is also
a loading script.
"""

from __future__ import annotations

import hashlib
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import datasets
import datasets.load
from datasets.exceptions import DatasetGenerationError

from neuroonco.curation.splits import TEST_SHARE
from neuroonco.errors import DataDirError, NeuroOncoError, PictureError
from neuroonco.fingerprint import code_digest, fingerprint
from neuroonco.items import Item
from neuroonco.layout import Layout, survey
from neuroonco.plan import check_pictures, make_plan, report_lacking
from neuroonco.prepare import default_cache
from neuroonco.rows import make_rows

__all__ = ["CONFIGS", "DATA_DIR_VARIABLE", "NAME", "MMNeuroOnco", "MMNeuroOncoConfig", "load"]

NAME = "mm_neuroonco"
CONFIGS = ("closed", "open", "instruction")
DATA_DIR_VARIABLE = "MM_NEUROONCO_DATA_DIR"

_ITEMS_A_CHUNK = 64  # the unit that num_proc and streaming workers share out
_DIGEST = hashlib.sha256(Path(__file__).read_bytes() + code_digest().encode()).hexdigest()

logger = logging.getLogger(NAME)


@dataclass
class MMNeuroOncoConfig(datasets.BuilderConfig):
    """What can be chosen when loading.

    Attributes:
        missing: ``error``, or ``skip`` to leave out pictures that are missing or broken.
        test_share: where questions are made from raw sources, the share of pictures that closed
            and open ask about, whole groups of patients and duplicates; instruction has the others.
        annotations: a folder whose annotations are used in place of those in data_dir, such as the
            one that `mm-neuroonco build` wrote.
        layout: what data_dir held when the config was named, until its rows are planned.
    """

    missing: str = "error"
    test_share: float = TEST_SHARE
    annotations: str | None = None
    layout: Layout | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def root(self) -> str:
        """The data_dir, given or taken from the environment.

        Raises:
            DataDirError: neither is there.
        """
        root = self.data_dir or os.environ.get(DATA_DIR_VARIABLE)
        if not root:
            raise DataDirError(
                "no data_dir: pass data_dir=..., the folder that holds your downloads, or set "
                f"{DATA_DIR_VARIABLE}"
            )
        return str(root)

    def create_config_id(
        self,
        config_kwargs: dict[str, Any],  # noqa: ARG002 (all of them are fields of self by now)
        custom_features: datasets.Features | None = None,
    ) -> str:
        """Name the cache's folder after everything the rows are made from.

        Raises:
            ValueError: an option has no such value.
            NeuroOncoError: data_dir or an annotation file cannot be used.
        """
        if self.missing not in {"error", "skip"}:
            raise ValueError(f"missing={self.missing!r}: choose 'error' or 'skip'")
        if not 0 < self.test_share <= 1:
            raise ValueError(f"test_share={self.test_share!r}: choose a share above 0, at most 1")
        options = (_DIGEST, self.missing, self.test_share, custom_features)
        self.layout = survey(self.root, self.annotations)
        return f"{self.name}-{fingerprint(self.name, self.layout, *options)}"


class MMNeuroOnco(datasets.GeneratorBasedBuilder):
    """Questions about brain-tumour MRI that lies on the user's disk."""

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = MMNeuroOncoConfig
    BUILDER_CONFIGS = [  # noqa: RUF012 (the library reads it so)
        MMNeuroOncoConfig(
            name="closed", version=VERSION, description="questions with lettered options"
        ),
        MMNeuroOncoConfig(
            name="open", version=VERSION, description="questions with a reference answer"
        ),
        MMNeuroOncoConfig(
            name="instruction", version=VERSION, description="conversations for fine-tuning"
        ),
    ]
    DEFAULT_CONFIG_NAME = "closed"

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(
            description="Multimodal questions for MRI-based brain-tumour diagnosis, over pictures "
            "that users download themselves.",
            citation="arXiv:2602.22955",
            license="questions: as published; pictures: each source's own licence",
            features=_features(self.config.name),
        )

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        layout = self.config.layout or survey(self.config.root, self.config.annotations)
        self.config.layout = None  # no process that makes rows needs it
        logger.info("%s", layout.summary())
        plan = make_plan(self.config.name, layout, self.config.test_share)
        if not dl_manager.is_streaming:  # a stream checks each picture as it is reached
            check_pictures(plan, layout.tree.root)
        report_lacking(plan, self.config.missing)
        return [
            datasets.SplitGenerator(
                name=split,
                gen_kwargs={
                    "chunks": _chunks(items),
                    "root": layout.tree.root,
                    "cache": default_cache(),
                },
            )
            for split, items in plan.splits.items()
            if items
        ]

    def _generate_examples(
        self, chunks: list[tuple[Item, ...]], root: Path, cache: Path
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        key = "example_id" if self.config.name == "instruction" else "question_id"
        for item in (item for chunk in chunks for item in chunk):
            try:
                pictures = item.picture_paths(root, cache)
            except PictureError as error:
                if self.config.missing == "error":
                    raise
                logger.warning("left out: %s", error)
                continue
            for row in make_rows(self.config.name, item, pictures):
                yield row[key], row


def load(
    config: str = "closed",
    data_dir: str | os.PathLike[str] | None = None,
    *,
    split: str | None = None,
    streaming: bool = False,
    num_proc: int | None = None,
    cache_dir: str | None = None,
    missing: str = "error",
    test_share: float = TEST_SHARE,
    annotations: str | os.PathLike[str] | None = None,
) -> Any:
    """Load a config, as `load_dataset` does, without the registered name.

    Args:
        config: ``closed``, ``open`` or ``instruction``.
        data_dir: the folder that holds your downloads; by default `$MM_NEUROONCO_DATA_DIR`.
        split: one split or a slice of one, such as ``test[:10%]``; all splits by default.
        streaming: make rows as they are read, and write nothing.
        num_proc: how many processes build the config.
        cache_dir: where the built config goes, if not into the Hugging Face cache.
        missing: ``error``, or ``skip`` to leave out pictures that are missing or broken.
        test_share: see `MMNeuroOncoConfig`.
        annotations: see `MMNeuroOncoConfig`.

    Returns:
        A Dataset of the split, or a DatasetDict; iterable ones when streaming.

    Raises:
        NeuroOncoError: data_dir, an annotation file or a picture cannot be used.
    """
    builder = MMNeuroOnco(
        config_name=config,
        dataset_name=NAME,
        hash=_DIGEST,
        cache_dir=cache_dir,
        data_dir=None if data_dir is None else os.fspath(data_dir),
        missing=missing,
        test_share=test_share,
        annotations=None if annotations is None else os.fspath(annotations),
    )
    if streaming:
        return builder.as_streaming_dataset(split=split)
    try:
        builder.download_and_prepare(num_proc=num_proc)
    except DatasetGenerationError as error:
        if isinstance(error.__cause__, NeuroOncoError):
            raise error.__cause__ from None
        raise
    return builder.as_dataset(split=split)


def _chunks(items: list[Item]) -> list[tuple[Item, ...]]:
    starts = range(0, len(items), _ITEMS_A_CHUNK)
    return [tuple(items[start : start + _ITEMS_A_CHUNK]) for start in starts]


def _features(config: str) -> datasets.Features:
    text = datasets.Value("string")
    traced = dict.fromkeys(("image_id", "image_path", "source", "category", "modality"), text)
    if config == "instruction":
        return datasets.Features(
            {
                "example_id": text,
                **traced,
                "images": [datasets.Image()],
                "messages": [{"role": text, "content": text}],
                "task": text,
                "question_type": text,
            }
        )
    asked = {"question_type": text, "question": text}
    if config == "closed":
        asked |= {"options": [text], "answer": text}
        asked |= {"is_trap": datasets.Value("bool"), "original_answer": text}
    else:
        asked |= {"reference_answer": text, "eval_keywords": [text]}
    return datasets.Features({"question_id": text, "image": datasets.Image(), **traced, **asked})


def _register() -> None:
    """Make `load_dataset(NAME, ...)` find the builder here.

    The library offers no public way: its table of packaged builders takes the name, and its
    factory would list all of data_dir on every call (or, without data_dir, the working folder).
    """
    try:
        modules = datasets.load._PACKAGED_DATASETS_MODULES
    except AttributeError:
        warnings.warn(
            f"this release of datasets does not know the name {NAME!r}; use {NAME}.load(...)",
            stacklevel=2,
        )
        return
    modules[NAME] = (NAME, _DIGEST)
    factory = getattr(datasets.load, "PackagedDatasetModuleFactory", None)
    if factory is None or factory.__module__ == __name__:
        return  # without it the name works too, only slower

    class PackagedModuleFactory(factory):  # type: ignore[misc, valid-type]
        """Answers for NAME without listing any folder."""

        def get_module(self) -> Any:
            if self.name != NAME or self.data_files is not None:
                return super().get_module()
            options = {"data_files": datasets.data_files.DataFilesDict(), "dataset_name": NAME}
            return datasets.load.DatasetModule(*modules[NAME], options)

    datasets.load.PackagedDatasetModuleFactory = PackagedModuleFactory


def _show_what_is_found() -> None:
    """Let the one line that says what data_dir holds be seen where logging is not set up."""
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)


if not __name__.startswith("datasets_modules."):  # there it is run as a loading script
    _register()
    _show_what_is_found()
