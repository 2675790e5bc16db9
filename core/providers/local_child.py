"""The process in which the embedded llama.cpp server lives.

Run as `python -m core.providers.local_child`. Its parent writes one line of JSON to the
standard input, the fields of `ServerOptions`, and keeps the pipe open; the answer is one
line of JSON on the standard output, `{"url": …}` or `{"error": …}`. All that llama.cpp
logs goes to standard error. The process ends when its standard input does, or with its parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO

PR_SET_PDEATHSIG = 1
"""`prctl` option: the signal to get when the parent dies (linux/prctl.h)."""
NICENESS = 5
"""How far the child steps back behind the interface, which shares its cores."""
SLOT_CONTEXT = 4096
"""Tokens of context for each answer under way: of prompt and answer together."""
LOG_WARNINGS = 2
"""llama.cpp's verbosity that writes errors and warnings only."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What the parent asks of the server."""

    model: str
    """Path of the GGUF file."""
    alias: str
    """The model's name on the wire."""
    api_key: str
    """Asked of every request, so that nobody else on the machine can use the server."""
    parent: int
    """Process id of the parent."""
    slots: int = 2
    """Answers that are written at the same time."""
    slot_context: int = SLOT_CONTEXT
    """Tokens of context for each of them."""
    batch: int = 64
    """Tokens read in one step: a stop during the reading of a long prompt waits for one step."""
    cache_mib: int = 512
    """Cap of the cache of earlier prompts, in MiB."""


def main() -> None:
    """Serve until standard input ends."""
    answers = _claim_stdout()
    options = ServerOptions(**json.loads(sys.stdin.readline()))
    _end_with_parent(options.parent)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        server = _start(options)
    except (ImportError, RuntimeError) as error:
        _answer(answers, {"error": str(error)})
        sys.exit(1)
    _answer(answers, {"url": server.listening_address})
    threading.Event().wait()


def _claim_stdout() -> TextIO:
    """Return the standard output, and send whatever else is written there to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _answer(answers: TextIO, values: dict[str, str]) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(values), file=answers, flush=True)


def _end_with_parent(parent: int) -> None:
    """Make sure that this process does not outlive the one that started it.

    The kernel sees to it on Linux, even while native code holds the interpreter; elsewhere
    the end of the standard input does.
    """
    threading.Thread(target=_exit_at_end_of_input, daemon=True).start()
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            _exit()


def _exit_at_end_of_input() -> NoReturn:
    sys.stdin.read()
    _exit()


def _exit() -> NoReturn:
    """End without running the destructor of the server, which waits for requests under way."""
    os._exit(0)


def _start(options: ServerOptions) -> Any:
    """Load the model and return the listening server; `RuntimeError` where that fails."""
    # Threads that spin while they wait for one another come almost to a halt (from 47 tokens/s
    # to less than 4) as soon as another program wants a core; OpenMP reads this when it loads.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = options.model
    params.model_alias = {options.alias}
    params.n_parallel = options.slots
    params.n_ctx = options.slots * options.slot_context
    params.n_batch = params.n_ubatch = options.batch
    params.cache_ram_mib = options.cache_mib
    params.api_keys = [options.api_key]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = LOG_WARNINGS
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
