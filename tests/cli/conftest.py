"""The command as `main` runs it, in this process."""

from collections.abc import Callable

import pytest

from mm_neuroonco_cli import main


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[object, str, str]]:
    """Run the command and return its exit status and what it printed."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: object) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(list(map(str, arguments)))
        printed = capsys.readouterr()
        return stopped.value.code, printed.out, printed.err

    return run
