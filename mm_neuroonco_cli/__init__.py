"""The command `mm-neuroonco`: reads its arguments and hands them to the parts that do the work.

`app` starts the command, `data` and `evaluation` hold its commands, `demo` the tour through all.
"""

from __future__ import annotations

from mm_neuroonco_cli.app import main

__all__ = ["main"]
