"""One child process of `core.providers.local_child`, from its start to its end.

A thread of its own starts the child, waits for its address, and stays until it ends: the
kernel counts the death of the *thread* that started a child as the death of its parent, so
neither a worker of a pool nor an event loop may do it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from core.errors import ProviderError, ProviderErrorKind
from core.masking import is_secret_name
from core.providers.local_child import ServerOptions

_LOG_LINES = 200
_LOG_LINE_LENGTH = 500
_QUOTED_LINES = 3
_START_TIMEOUT = 120.0
"""Seconds that loading a model may take; a large file on a slow disk takes one minute."""
_VARIABLES = frozenset({
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TMP", "TEMP"),
    *("VIRTUAL_ENV", "LD_LIBRARY_PATH", "LD_PRELOAD", "SYSTEMROOT", "WINDIR"),
    *("XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "COVERAGE_PROCESS_START"),
})
"""Variables that Python, the loader of libraries and llama.cpp's threads and devices read."""
_PREFIXES = (
    *("LC_", "PYTHON", "DYLD_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "VECLIB_", "GGML_"),
    *("CUDA_", "NVIDIA_", "HIP_", "HSA_", "ROCR_", "ROCM_", "ROCBLAS_", "VK_", "SYCL_", "ONEAPI_"),
)
_SOURCE_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """Where a server listens; it speaks the OpenAI wire and the Anthropic one."""

    url: str
    """The root, without a path: the base URL of the Anthropic SDK."""
    api_key: str

    @property
    def openai_url(self) -> str:
        """The base URL of the OpenAI SDK."""
        return f"{self.url}/v1"


class LocalProcess:
    """A llama.cpp server in a child process."""

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        self._address: Future[LocalAddress] = Future()
        self._address.set_running_or_notify_cancel()  # one cancelled waiter must not fail the rest
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._lock = threading.Lock()
        self._stopped = False
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._supervise, name="local-model", daemon=True)
        self._thread.start()

    async def address(self) -> LocalAddress:
        """Wait until the server listens.

        Raises:
            ProviderError: it could not be started; the message quotes its log.
        """
        return await asyncio.wrap_future(self._address)

    @property
    def alive(self) -> bool:
        """Whether it is starting or listening."""
        return self._thread.is_alive() and (self._process is None or self._process.poll() is None)

    @property
    def pid(self) -> int | None:
        """The child's process id, once there is one."""
        return None if self._process is None else self._process.pid

    def last_words(self, patience: float = 0.0) -> str:
        """Say how it ended and what it complained of last; empty while it runs.

        A connection breaks a moment before its process is known to be gone; `patience` is
        how long to wait for that, in seconds.
        """
        self._thread.join(patience)
        status = None if self._process is None else self._process.poll()
        if status is None:
            return ""
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        return "; ".join([how, *self._complaints()[-_QUOTED_LINES:]])

    def stop(self) -> None:
        """End the child at once and wait until it is gone; from any thread, more than once."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()
        self._thread.join()

    def _supervise(self) -> None:
        try:
            with self._lock:
                if self._stopped:
                    self._fail("It was stopped before it began.")
                    return
                self._process = process = _spawn()
        except OSError as error:
            self._fail(str(error))
            return
        # Closing its input flushes what a child that died early never read.
        with contextlib.suppress(BrokenPipeError), process:
            self._attend(process)

    def _attend(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        draining = threading.Thread(target=self._drain, args=(process.stderr,), daemon=True)
        draining.start()
        overdue = threading.Timer(_START_TIMEOUT, process.kill)
        overdue.daemon = True
        overdue.start()
        values = self._handshake(process.stdin, process.stdout)
        overdue.cancel()
        if "url" in values:
            self._address.set_result(LocalAddress(values["url"], self._options.api_key))
        else:
            process.kill()
        process.wait()
        draining.join()
        if "url" not in values:
            self._fail(values.get("error", "It ended without a word."))

    def _handshake(self, request: IO[str], response: IO[str]) -> dict[str, str]:
        """Tell the child what to serve; return its answer, empty where it gives none."""
        try:
            request.write(json.dumps(asdict(self._options)) + "\n")
            request.flush()
            answer: dict[str, str] = json.loads(response.readline())
        except (BrokenPipeError, ValueError):
            return {}
        return answer

    def _fail(self, reason: str) -> None:
        quoted = "; ".join([reason.rstrip("."), *self._complaints()[:_QUOTED_LINES]])
        self._address.set_exception(_not_started(f"{quoted}."))

    def _complaints(self) -> list[str]:
        """Return the errors in the log, without their time stamps."""
        return [line.partition(" E ")[2] for line in self._log if " E " in line]

    def _drain(self, log: IO[str] | None) -> None:
        for line in log or ():
            printable = "".join(filter(str.isprintable, line))
            self._log.append(printable[:_LOG_LINE_LENGTH])


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that the model's process needs, and none that may hold a secret."""
    return {
        name: value
        for name, value in environ.items()
        if (name.upper() in _VARIABLES or name.upper().startswith(_PREFIXES))
        and not is_secret_name(name)
    }


def _spawn() -> subprocess.Popen[str]:
    # A process group of its own: Ctrl-C in the terminal stops the talk, not the model.
    return subprocess.Popen(
        [sys.executable, "-m", "core.providers.local_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        cwd=_SOURCE_ROOT,
        env=child_environment(os.environ),
        process_group=0,
    )


def _not_started(reason: str) -> ProviderError:
    return ProviderError(
        ProviderErrorKind.UNAVAILABLE,
        f"The embedded model did not start. {reason}",
        "Check that the file is a GGUF model that fits into memory, or pick another model.",
    )
