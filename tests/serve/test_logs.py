"""What a line of the log says."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np

from velatura_link.request import Pixels, Request

from ..daemons import Daemon

SCRIPT = """
import logging
from velatura.serve import logs
logs.configure("info")
log = logging.getLogger("velatura.somewhere")
with logs.about(bytes.fromhex("3f2a9c01") + bytes(12)):
    log.info("inside")
    with logs.about("no bytes"):
        log.info("of nobody")
log.info("outside")
log.debug("too little")
"""


def test_a_line_names_the_job_that_it_is_about() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, encoding="utf-8", check=True
    )
    said = [re.sub(r".* INFO \d+ ", "", line) for line in done.stderr.splitlines()]
    assert said == [
        "velatura.somewhere [3f2a9c01]: inside",
        "velatura.somewhere: of nobody",
        "velatura.somewhere: outside",
    ]


def test_both_logs_name_the_job(daemon: Daemon) -> None:
    content = Pixels(np.zeros((8, 8, 4), np.uint8).tobytes(), 8, 8, 4, "u8")
    with daemon.client() as client:
        job = client.submit(Request("identity", content=content))
        job.wait(30)
    name = re.escape(f"[{job.id[:4].hex()}]")
    for log, said in (
        (
            daemon.home / "daemon.log",
            rf"INFO \d+ velatura\.\S+ {name}: identity ended after .* s: result",
        ),
        (daemon.home / "cache" / "worker.log", rf"INFO \d+ \S+ {name}: Painted by identity in"),
    ):
        assert re.search(said, log.read_text()), log.read_text()
