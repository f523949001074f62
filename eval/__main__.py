"""``python -m eval`` is ``mm-neuroonco eval``."""

from __future__ import annotations

import sys

from mm_neuroonco_cli import main

if __name__ == "__main__":
    main(["eval", *sys.argv[1:]])
