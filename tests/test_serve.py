"""`passkoop serve` as a process: ready soon, small, ended by Ctrl-C, clear when it cannot begin."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from processes import run_python, serving, start_node
from serving import make_coop

MOST_MEGABYTES = 100
# Other tests run beside this one: what is measured is the process's own work, not the waiting.
MOST_SECONDS = 2.0


def cpu_seconds(process: "subprocess.Popen[str]") -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(process: "subprocess.Popen[str]") -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1000


def test_it_says_where_it_is_and_how_the_first_administrator_gets_in(tmp_path: Path) -> None:
    home = make_coop(tmp_path / "coop")
    with serving(home.path) as (process, said):
        address = re.search(r"http://localhost:\d+/", said)
        link = re.search(r"http://localhost:\d+/premiere-fois/\S+", said)
        assert address
        assert link
        page = urlopen(link[0]).read().decode()
        assert "Hendaia Koop" in page
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert "Pass’Koop est arrêté." in process.stderr.read()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_is_ready_soon_and_small(tmp_path: Path) -> None:
    home = make_coop(tmp_path / "coop")
    with serving(home.path) as (process, said):
        address = re.search(r"http://localhost:\d+/", said)
        assert address
        assert cpu_seconds(process) < MOST_SECONDS
        for _ in range(5):
            urlopen(f"{address[0]}entrer").read()
        assert resident_megabytes(process) < MOST_MEGABYTES


def test_it_begins_without_what_only_some_pages_need(tmp_path: Path) -> None:
    done = run_python(
        """
        import sys
        from pathlib import Path
        import passkoop_cli.main, passkoop_node.serve
        from passkoop_node.home import Home
        passkoop_node.app.make_app(Home(Path(sys.argv[1])))
        print({"reportlab", "pypdfium2", "zeroconf", "pydantic"} & set(sys.modules))
        """,
        tmp_path,
    )
    assert done.stdout == "set()\n", done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    home = make_coop(tmp_path / "coop")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start_node(home.path, "--port", str(port), "--host", "127.0.0.1")
        _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert f"le port {port} est déjà pris" in said
    assert "--port" in said
    process = start_node(home.path, "--host", "192.0.2.77", "--port", "0")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "192.0.2.77" in said


def test_a_folder_without_a_co_op_is_not_served(tmp_path: Path) -> None:
    process = start_node(tmp_path / "nowhere")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 5
    assert "n’existe pas" in said


def test_what_is_being_answered_is_answered_before_the_end(tmp_path: Path) -> None:
    home = make_coop(tmp_path / "coop")
    with serving(home.path) as (process, said):
        address = re.search(r"http://localhost:(\d+)/", said)
        assert address
        with socket.create_connection(("127.0.0.1", int(address[1]))) as idle:
            idle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(15).startswith(b"HTTP/1.1 200")
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
            assert time.monotonic() - began < 10
