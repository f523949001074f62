"""One headless Chromium for all tests of the page."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from saved_runs import make_run
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from eval.report.html import write_html

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[webdriver.Chrome]:
    binary = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if not binary or not driver:
        pytest.fail(
            "the tests of the HTML report need Chromium and its driver: "
            "apt-get install chromium chromium-driver"
        )
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for switch in SWITCHES:
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(executable_path=driver))
    yield browser
    browser.quit()


class Page:
    """A report in the browser, as someone sees and uses it."""

    def __init__(self, chromium: webdriver.Chrome) -> None:
        self.chromium = chromium

    def run(self, script: str, *arguments: Any) -> Any:
        return self.chromium.execute_script(script, *arguments)

    def find(self, selector: str) -> Any:
        return self.chromium.find_element("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        found = self.chromium.find_elements("css selector", selector)
        return [" ".join(one.text.split()) for one in found]

    def choose(self, name: str, label: str) -> None:
        """Choose an option of a filter by the words it shows."""
        select = self.find(f"#filters select[name={name}]")
        next(o for o in select.find_elements("css selector", "option") if o.text == label).click()

    @property
    def found(self) -> int:
        """How many questions the page says it has found."""
        return int(self.find("#found [data-slot=total]").text.replace(",", ""))

    def console(self) -> list[Any]:
        return list(self.chromium.get_log("browser"))

    def requested(self) -> list[str]:
        """The address of every request since the page was opened."""
        lines = [json.loads(line["message"]) for line in self.chromium.get_log("performance")]
        return [
            line["message"]["params"]["request"]["url"]
            for line in lines
            if line["message"]["method"] == "Network.requestWillBeSent"
        ]


@pytest.fixture
def open_page(chromium: webdriver.Chrome, tmp_path: Path) -> Callable[..., Page]:
    """Write the report of some runs and open it at a size of the window."""

    def open_it(
        *runs: Any, width: int = 1440, height: int = 900, dark: bool = False, thumbnail: Any = None
    ) -> Page:
        path = tmp_path / "report.html"
        write_html(runs or [make_run()], path, thumbnail)
        media = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},  # clicks need a page that stands
        ]
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        chromium.get("about:blank")
        for log in ("browser", "performance"):
            chromium.get_log(log)
        chromium.get(path.as_uri())
        return Page(chromium)

    return open_it
