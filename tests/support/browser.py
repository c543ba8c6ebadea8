"""A headless Chromium, spoken to over two pipes: opens a page, tells what it requests, takes pictures, runs axe-core.

Run by hand to look at a page: ``python tests/support/browser.py page.html /tmp/pictures``.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
)


class Browser:
    """One tab.

    Args:
        to: takes commands.
        back: gives answers and events.
    """

    def __init__(self, to: IO[bytes], back: IO[bytes]) -> None:
        self._to, self._back = to, back
        self._number, self._session = 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """Let the browser go."""
        with suppress(OSError):
            self._to.write(json.dumps({"id": 10**6, "method": "Browser.close"}).encode() + b"\0")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Give a command and wait for its answer; events that come by are kept."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return dict(answer.get("result", {}))

    def open(self, page: Path) -> None:
        """Open a file and wait until it is there."""
        self.events.clear()
        self.call("Page.navigate", url=page.resolve().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._read()

    def evaluate(self, script: str) -> Any:
        """The value of a script; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:500])
        return answer["result"].get("value")

    def size(self, width: int, height: int, *, mobile: bool = False) -> None:
        """The window."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def pictures(self, width: int, height: int) -> Iterator[bytes]:
        """The page from top to bottom in pieces, as PNG."""
        whole = self.evaluate("document.documentElement.scrollHeight")
        for top in range(0, whole, height):
            clip = {"x": 0, "y": top, "width": width, "height": min(height, whole - top), "scale": 1}
            yield base64.b64decode(
                self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
            )

    def paper(self) -> bytes:
        """The page on paper, as PDF."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False, preferCSSPageSize=True)["data"])

    def requests(self) -> list[str]:
        """The addresses that the page asked for, itself included."""
        return [event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"]

    def complaints(self) -> list[str]:
        """What the console says, refusals by the policy of the page included."""
        logged = [event["params"]["entry"]["text"] for event in self.events if event["method"] == "Log.entryAdded"]
        return logged + [str(event["params"]) for event in self.events if event["method"] == "Runtime.exceptionThrown"]

    def axe(self, folder: Path) -> list[dict[str, Any]]:
        """The violations that axe-core finds."""
        self.evaluate((folder / "axe.min.js").read_text("utf-8") + "; 0")
        found = self.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
        return [*found["violations"]]

    def _read(self) -> dict[str, Any]:
        found = bytearray()
        while (byte := self._back.read(1)) != b"\0":
            if not byte:
                raise RuntimeError("the browser went away")
            found += byte
        answer = json.loads(found)
        if "method" in answer:
            self.events.append(answer)
        return dict(answer)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with an empty profile."""
    assert CHROMIUM
    (commands_out, commands_in), (answers_out, answers_in) = os.pipe(), os.pipe()
    high = [fcntl.fcntl(number, fcntl.F_DUPFD, 10) for number in (commands_out, answers_in)]  # out of the way of 3 and 4

    def as_chromium_wants() -> None:
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        os.fdopen(commands_in, "wb", buffering=0) as to,
        os.fdopen(answers_out, "rb") as back,
    ):
        process = subprocess.Popen(
            [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}"],
            preexec_fn=as_chromium_wants,
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for number in (commands_out, answers_in, *high):
            os.close(number)
        try:
            tab = Browser(to, back)
            yield tab
            tab.close()
        finally:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def main(page: Path, folder: Path) -> None:
    """Pictures of a page on two screens and on paper, and what axe-core (in the folder DOORSTROOM_AXE) says."""
    folder.mkdir(parents=True, exist_ok=True)
    axe = os.environ.get("DOORSTROOM_AXE")
    told: list[str] = []
    with browser() as tab:
        for name, width, height in (("scherm", 1280, 1400), ("telefoon", 390, 1400)):
            tab.size(width, height, mobile=name == "telefoon")
            tab.open(page)
            for number, picture in enumerate(tab.pictures(width, height)):
                (folder / f"{name}-{number:02d}.png").write_bytes(picture)
            told.append(f"{name}: wider than the screen: {tab.evaluate('document.documentElement.scrollWidth > innerWidth')}")
        (folder / "papier.pdf").write_bytes(tab.paper())
        told.append(f"requests: {tab.requests()}, complaints: {tab.complaints()}")
        for found in tab.axe(Path(axe)) if axe else ():
            told.append(f"{found['id']} ({found['impact']}) {len(found['nodes'])} times: {found['nodes'][0]['html'][:200]}")
    sys.stdout.write("\n".join(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
