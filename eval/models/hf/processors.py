"""Load a model's processor, also one whose video part cannot be loaded here.

Qwen-VL, SmolVLM, InternVL and LLaVA-OneVision bring a processor for videos that needs torchvision.
Pictures don't need it: where torchvision is missing, the processor is loaded without that part.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import transformers
from transformers import AutoConfig, AutoProcessor
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING_NAMES


def load_processor(name: str, **hub: Any) -> Any:
    """Load the processor of a folder or a Hub id.

    Args:
        name: a folder or a Hub id.
        hub: ``revision`` and ``trust_remote_code``, as for ``from_pretrained``.

    Raises:
        OSError: nothing is there.
        ValueError: there is no processor that transformers knows.
        ImportError: it needs a library that is not installed.
    """
    try:
        return AutoProcessor.from_pretrained(name, **hub)
    except (AttributeError, ImportError, OSError, ValueError) as error:
        known = None if find_spec("torchvision") else _processor_class(name, hub)
        if known is None:
            raise error if not isinstance(error, AttributeError) else ValueError(error) from error
    return for_pictures(known).from_pretrained(name, **hub)


def _processor_class(name: str, hub: dict[str, Any]) -> type[Any] | None:
    """The processor class of a model's type, if it takes a video processor."""
    model_type = AutoConfig.from_pretrained(name, **hub).model_type
    found = getattr(transformers, PROCESSOR_MAPPING_NAMES.get(model_type) or "", None)
    takes_video = found is not None and "video_processor" in found.get_attributes()
    return found if takes_video else None


class _NoVideos:
    """Stands where SmolVLM's processor asks for the defaults of videos, also about pictures."""

    num_frames: None = None
    fps: None = None


def for_pictures(known: type[Any]) -> type[Any]:
    """A subclass that has no part for videos, and is otherwise the same."""

    class ForPictures(known):  # type: ignore[misc]
        video_processor = _NoVideos()

        @classmethod
        def get_attributes(cls) -> list[str]:
            return [part for part in super().get_attributes() if part != "video_processor"]

        @classmethod
        def from_args_and_dict(cls, args: Any, processor_dict: Any, **options: Any) -> Any:
            without = processor_dict | {"video_processor": None}
            return super().from_args_and_dict(args, without, **options)

    ForPictures.__name__ = known.__name__
    return ForPictures
