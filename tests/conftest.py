"""What tests of several rooms need."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says nothing on a busy machine. `.ci/run` has the same examples each time, so that what it
# finds is the change's own; by hand they are drawn anew.
settings.register_profile("velatura", deadline=None)
settings.load_profile("velatura")

LONG_SECONDS = 60.0
"""What a test may take before it has to say why: `@pytest.mark.slow("why")`."""
WHY = "why it takes long"

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real weights and pictures; they are no part of the checkout."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared (real weights and pictures)")
    return SHARED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    mark = item.get_closest_marker("slow")
    if mark is not None and mark.args:
        report.user_properties.append((WHY, mark.args[0]))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the tests that took long and do not say why."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call"
    ]
    long = [
        report
        for report in reports
        if report.duration > LONG_SECONDS and WHY not in dict(report.user_properties)
    ]
    if long:
        terminalreporter.section(f"over {LONG_SECONDS:.0f} s, and do not say why")
        for report in sorted(long, key=lambda report: -report.duration):
            terminalreporter.write_line(f"{report.duration:6.1f} s {report.nodeid}")
