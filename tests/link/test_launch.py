from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from velatura_link.connection import FILE_NAME, read_connection
from velatura_link.errors import LaunchFailed, Refused
from velatura_link.launch import (
    WAKE_NAME,
    clean_environment,
    ensure_daemon,
    find_daemon,
    read_launcher,
)
from velatura_link.session import connect
from velatura_link.sockets import SocketTransport

from ..waiting import wait_until

_DAEMON = Path(__file__).with_name("fake_daemon.py")
_CLIENT = """
import sys
from pathlib import Path
from velatura_link.launch import ensure_daemon
print(ensure_daemon(sys.argv[2:], runtime=Path(sys.argv[1]), timeout=30).instance)
"""


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "runtime"
    path.mkdir(mode=0o700)
    yield path
    started = path / "started"
    for pid in started.read_text().split() if started.exists() else []:
        try:
            os.kill(int(pid), signal.SIGTERM)
        except ProcessLookupError:
            continue


def _command(runtime: Path) -> list[str]:
    return [sys.executable, str(_DAEMON), str(runtime)]


def test_ten_clients_at_once_start_one_daemon(runtime: Path) -> None:
    command = [sys.executable, "-c", _CLIENT, str(runtime), *_command(runtime)]
    clients = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(10)]
    instances = {client.communicate(timeout=60)[0].strip() for client in clients}
    assert len(instances) == 1
    assert instances != {""}
    assert len((runtime / "started").read_text().split()) == 1


def test_running_daemon_is_found_and_not_started_again(runtime: Path) -> None:
    first = ensure_daemon(_command(runtime), runtime=runtime)
    second = ensure_daemon(["/does/not/exist"], runtime=runtime)
    assert first == second == find_daemon(runtime)


def test_connection_file_of_a_dead_daemon_does_not_count(runtime: Path) -> None:
    first = ensure_daemon(_command(runtime), runtime=runtime)
    os.kill(first.pid, signal.SIGKILL)
    second = ensure_daemon(_command(runtime), runtime=runtime)
    assert second.instance != first.instance


def test_a_daemon_of_another_protocol_is_there_and_says_what_it_speaks(runtime: Path) -> None:
    older = subprocess.Popen([*_command(runtime), "20", "0"])
    wait_until(lambda: read_connection(runtime / FILE_NAME), "the daemon")
    found = ensure_daemon(["/does/not/exist"], runtime=runtime)
    assert found.pid == older.pid
    with pytest.raises(Refused, match="I speak 0"):
        connect(found, SocketTransport, name="test", version="0")
    older.kill()
    older.wait()


@contextmanager
def service_manager(runtime: Path, command: list[str]) -> Iterator[list[int]]:
    """Runs ``command`` for the first knock; yields the numbers of knocks heard so far."""
    knocks: list[int] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(runtime / WAKE_NAME))
        listener.listen()

        def listen() -> None:
            while True:
                visitor, _ = listener.accept()
                with visitor:
                    if visitor.recv(1):
                        return
                knocks.append(len(knocks))
                if len(knocks) == 1 and command:
                    subprocess.Popen(command)

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield knocks
        finally:
            with socket.socket(socket.AF_UNIX) as last:
                last.connect(str(runtime / WAKE_NAME))
                last.send(b"!")
                thread.join()


def test_service_manager_starts_the_daemon_for_a_knock(runtime: Path) -> None:
    with service_manager(runtime, _command(runtime)) as knocks:
        first = ensure_daemon(["/does/not/exist"], runtime=runtime)
        second = ensure_daemon(["/does/not/exist"], runtime=runtime)
    assert first == second
    assert knocks == [0]


def test_service_manager_that_starts_nothing_is_given_up(runtime: Path) -> None:
    with (
        service_manager(runtime, []),
        pytest.raises(LaunchFailed, match="service manager") as error,
    ):
        ensure_daemon(_command(runtime), runtime=runtime, timeout=0.3)
    assert "systemctl" in error.value.hint


def test_socket_where_nobody_listens_is_no_service_manager(runtime: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(runtime / WAKE_NAME))
    assert ensure_daemon(_command(runtime), runtime=runtime) == find_daemon(runtime)


def test_daemon_that_cannot_start_is_reported_with_its_last_words(runtime: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no glaze today')"]
    with pytest.raises(LaunchFailed) as caught:
        ensure_daemon(command, runtime=runtime)
    assert "exit code 1" in caught.value.message
    assert "no glaze today" in caught.value.hint


def test_missing_program_is_one_clear_sentence(runtime: Path) -> None:
    with pytest.raises(LaunchFailed, match="cannot be started"):
        ensure_daemon([str(runtime / "nothing")], runtime=runtime)


def test_daemon_that_never_answers_is_given_up_and_others_are_told_to_wait(runtime: Path) -> None:
    waits = []
    command = [sys.executable, "-c", "import time; time.sleep(3)"]
    with pytest.raises(LaunchFailed, match="does not answer"):
        ensure_daemon(command, runtime=runtime, timeout=0.5, on_wait=lambda: waits.append(1))
    assert waits


def test_host_python_does_not_leak_into_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH"):
        monkeypatch.setenv(name, "/host")
    monkeypatch.setenv("VELATURA_MODELS", "/models")
    cleaned = clean_environment()
    assert not {"PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH"} & cleaned.keys()
    assert cleaned["VELATURA_MODELS"] == "/models"


def test_command_comes_from_the_launcher_file(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(LaunchFailed, match="Nothing says"):
        read_launcher(runtime)
    (tmp_path / "velatura").mkdir()
    (tmp_path / "velatura" / "launcher.json").write_text('{"command": ["user"]}')
    assert read_launcher(runtime) == ["user"]
    (runtime / "launcher.json").write_text('{"command": ["daemon", "serve"]}')
    assert read_launcher(runtime) == ["daemon", "serve"]
    (runtime / "launcher.json").write_text('{"command": "daemon serve"}')
    with pytest.raises(LaunchFailed):
        read_launcher(runtime)
