"""Runs the command `salon` in a process that is forked from one that has imported it.

Starting Python and importing takes longer than most commands do. A forked process is a process
like any other: it has its own arguments, environment, folder, pipes, signals and exit status.

    with ForkedPopen(["sessions", "list"], cwd=home, env=environment, stdout=PIPE) as process:
        ...

The module is both: the server, when it is run, and what talks to it.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import json
import os
import pkgutil
import selectors
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 200_000
"""Most bytes of arguments and environment in one request."""
CAN_FORK = hasattr(os, "pidfd_open")
OPTIONAL = {"core.providers.local_child", "core.prediction.kumo"}
"""Modules that need a package which is not always there, and which are processes of their own."""


class ForkedPopen(subprocess.Popen[str]):
    """The command `salon`, by its arguments, as a forked process."""

    def _execute_child(self, args: Any, *rest: Any) -> None:
        cwd, env = rest[4], rest[5]
        standard = rest[9], rest[12], rest[14]
        inherited = [at if own == -1 else own for at, own in enumerate(standard)]
        self._status, theirs = _socket_pair()
        request = {"arguments": list(args), "cwd": str(cwd), "environment": dict(env)}
        with theirs:
            data = json.dumps(request).encode()
            socket.send_fds(_server(), [data], [*inherited, theirs.fileno()])
        self.pid = int(self._status.recv(32))
        self._child_created = True
        self._close_pipe_fds(*rest[9:15])

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        if self.returncode is None:
            self._try_wait(os.WNOHANG)
        return self.returncode

    def _try_wait(self, flags: int) -> tuple[int, int]:
        self._status.settimeout(0 if flags & os.WNOHANG else None)
        try:
            status = int(self._status.recv(32))
        except BlockingIOError:
            return (0, 0)
        self._status.close()
        self._handle_exitstatus(status)
        return (self.pid, status)


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


@cache
def _server() -> socket.socket:
    ours, theirs = _socket_pair()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    kept = {name: value for name, value in os.environ.items() if name.startswith("PYTHONPYC")}
    with theirs:
        server = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=environment | kept,
        )
    atexit.register(_end, ours, server)
    return ours


def _end(connection: socket.socket, server: subprocess.Popen[bytes]) -> None:
    connection.close()
    server.wait()


def main() -> int:
    """Serve until nobody asks any more; in each forked process, run its command."""
    import_everything()
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=int(sys.argv[1]))
    watched = selectors.DefaultSelector()
    watched.register(control, selectors.EVENT_READ)
    while True:
        for key, _ in watched.select():
            if key.data is not None:
                watched.unregister(key.fd)
                _tell_status(key.fd, *key.data)
                continue
            data, descriptors, _, _ = socket.recv_fds(control, LIMIT, 4)
            if not data:
                return 0
            pid = os.fork()
            if not pid:
                watched.close()
                control.close()
                leave(run_command(json.loads(data), descriptors))
            for each in descriptors[:3]:
                os.close(each)
            status = socket.socket(fileno=descriptors[3])
            status.send(b"%d" % pid)
            watched.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, status))


def _tell_status(descriptor: int, pid: int, status: socket.socket) -> None:
    os.close(descriptor)
    with status:
        result = os.waitpid(pid, 0)[1]
        with suppress(OSError):  # Nobody waits for it.
            status.send(b"%d" % result)


def import_everything() -> None:
    """Import what any command may need."""
    import core

    for each in pkgutil.walk_packages(core.__path__, "core."):
        if each.name not in OPTIONAL:
            importlib.import_module(each.name)
    for name in ("tui.__main__", "asyncio", "numpy", "scipy.special", "scipy.optimize"):
        importlib.import_module(name)


def run_command(request: dict[str, Any], descriptors: list[int]) -> int:
    """Run a command as if this process had been started for it; returns its exit status."""
    for at, each in enumerate(descriptors):
        if at < 3:
            os.dup2(each, at)
        os.close(each)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.path[0] = request["cwd"]
    sys.argv = ["salon", *request["arguments"]]
    reading = io.BufferedReader(io.FileIO(0, "rb", closefd=False))
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(reading, "utf-8", "surrogateescape")
    sys.stdout = sys.__stdout__ = _writing(1, "surrogateescape", os.isatty(1))
    sys.stderr = sys.__stderr__ = _writing(2, "backslashreplace", True)

    from tui.__main__ import main as run

    try:
        run()
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    return 0


def leave(status: int) -> None:
    """End this process as the interpreter does, but let nothing be taken apart for it."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except OSError:
        status = 120
    os._exit(status)


def _writing(descriptor: int, errors: str, line_buffering: bool) -> io.TextIOWrapper:
    writing = io.BufferedWriter(io.FileIO(descriptor, "wb", closefd=False))
    return io.TextIOWrapper(writing, "utf-8", errors, "\n", line_buffering)


if __name__ == "__main__":
    sys.exit(main())
