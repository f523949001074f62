"""``python -m mm_neuroonco_cli`` is ``mm-neuroonco``."""

from __future__ import annotations

from mm_neuroonco_cli.app import main

if __name__ == "__main__":
    main()
