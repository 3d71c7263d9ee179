"""The guards of the test run itself work: no network, no screen, no home folder of the user."""

import os
import socket
from pathlib import Path

import pytest


def test_the_network_is_blocked() -> None:
    with pytest.raises(RuntimeError, match="no network"):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with pytest.raises(RuntimeError, match="no network"):
        socket.create_connection(("127.0.0.1", 9))
    with pytest.raises(RuntimeError, match="no network"):
        socket.getaddrinfo("localhost", 80)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no local sockets")
def test_local_sockets_work() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"


def test_the_home_folder_is_a_temporary_one(home_folder: Path) -> None:
    assert Path.home() == home_folder
    assert Path(os.environ["XDG_CONFIG_HOME"]).is_relative_to(home_folder)


def test_no_screen_is_used() -> None:
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
