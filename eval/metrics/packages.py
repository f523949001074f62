"""Import a package that only some measures need, or say how to get it."""

from __future__ import annotations

import importlib
from typing import Any

from neuroonco.errors import MetricError


def needed(module: str, extra: str = "eval") -> Any:
    """Import a module when it is used first.

    Args:
        module: dotted name.
        extra: of this package, that installs it.

    Raises:
        MetricError: its package is not installed.
    """
    package = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise MetricError(
            f"this measure needs the package {package.replace('_', '-')}, which is not installed; "
            f"pip install 'mm-neuroonco[{extra}]'"
        ) from error
