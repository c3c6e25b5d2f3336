"""Calls between threads, and work in turns: under Qt 6, without a screen and without Krita."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"


def run(script: str) -> str:
    """What ``script`` prints in an interpreter with Qt 6 and the plugin."""
    able = subprocess.run(
        [sys.executable, "-c", "import PyQt6.QtWidgets"], capture_output=True, check=False
    )
    if able.returncode and "VELATURA_HOSTS_REQUIRED" not in os.environ:
        pytest.skip("needs the libraries of Qt 6's own (libegl1, libgl1, libxkbcommon0 …)")
    begin = f"""
        import sys
        sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(PLUGINS / "krita")!r}, {str(PLUGINS / "link")!r}]
        from PyQt6.QtWidgets import QApplication
        app = QApplication(["krita"])
        import stand_in
        stand_in.stand_in()
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(begin) + textwrap.dedent(script)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_threads_that_still_work_when_the_postbox_closes_do_no_harm() -> None:
    said = run("""
        import gc, threading, time
        from velatura_krita.daemon.gui_thread_queue import GuiThreadQueue
        from PyQt6.QtCore import QCoreApplication

        for _ in range(20):
            box, heard, stop = GuiThreadQueue(), [], threading.Event()

            def work(box=box, heard=heard, stop=stop):
                while not stop.is_set():
                    box.post(lambda: heard.append(threading.current_thread()))
                    time.sleep(0.0001)

            threads = [threading.Thread(target=work) for _ in range(3)]
            for thread in threads:
                thread.start()
            while len(heard) < 10:
                app.processEvents()
            assert set(heard) == {threading.main_thread()}
            box.close()
            app.processEvents()
            told = len(heard)
            box.deleteLater()
            app.processEvents()
            time.sleep(0.01)
            app.processEvents()
            assert len(heard) == told
            stop.set()
            for thread in threads:
                thread.join()
        print("well")
    """)
    assert said == "well\n"


def test_who_raises_at_the_end_of_a_piece_of_work_is_told_of_it_once() -> None:
    said = run("""
        import time
        from velatura_krita.document.cooperative_tasks import CooperativeTasks

        raised, told = [], []
        sys.excepthook = lambda *error: raised.append(error[1])

        def steps(value):
            yield
            return value

        def trouble(value):
            told.append(value)
            raise ValueError(value)

        turns = CooperativeTasks()
        turns.begin(steps(1), trouble, told.append)
        turns.begin(steps(2), told.append, told.append)
        until = time.monotonic() + 10
        while len(told) < 2 and time.monotonic() < until:
            app.processEvents()
        for _ in range(20):
            app.processEvents()
        print(told, raised)
    """)
    assert said == "[1, 2] [ValueError(1)]\n"
