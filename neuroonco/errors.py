"""The errors a user can act on: each names the file, the cause and the cure in a line or two."""


class NeuroOncoError(Exception):
    """Base of every error whose message is meant for the user, without a traceback."""


class DataDirError(NeuroOncoError):
    """`data_dir` is missing, empty, holds nothing known, or leads outside itself."""


class AnnotationError(NeuroOncoError):
    """An annotation file is not valid JSON, lacks a field or contradicts another file."""


class PictureError(NeuroOncoError):
    """A picture is missing, broken, or larger than any slice of an MRI scan can be."""


class PromptError(NeuroOncoError):
    """A prompt file is missing, malformed, or uses a variable that was not given."""


class ModelError(NeuroOncoError):
    """A model cannot be loaded or cannot be used for this benchmark."""


class RunError(NeuroOncoError):
    """A run's folder is damaged, or belongs to other settings."""


class MetricError(NeuroOncoError):
    """A measure cannot be taken: a package is missing, or an encoder or an input is unfit."""


class CurationError(NeuroOncoError):
    """A stage of the curation cannot run: a file of an earlier stage, or an extra, is missing."""
