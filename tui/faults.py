"""Contains errors where they happen: the pane that failed says so, and everything else goes on.

Textual ends the app on any error that no handler catches. All of them pass through
`App._handle_exception`; `ContainingApp` overrides it, finds the screen that failed in the
traceback, and covers it with `tui.dialogs.fault.FaultScreen`. What cannot be contained ends
the app; `tui.last_resort` then restores the terminal and says what happened.

Private API of Textual 8.2.8 that is used, all of it in this module:

- `App._handle_exception` is called with every error of a message handler, action, timer,
  worker (as `WorkerFailed`), of composing, mounting, layout and painting.
- `MessagePump._dispatch_message`: an error that leaves it ends the pump of its widget, and
  the widget is removed. `Guarded` catches it before, so that a pane and the app live on.
- `App._screen_stacks`, `App._replace_screen` and `Screen._result_callbacks` take a dialog
  away that failed, wherever it is in its stack, as `Screen.dismiss` does for the topmost.
- `WriterThread` writes to the terminal; where that fails, its queue has to be emptied.
- `App._loop` is the event loop that the app runs on.
- `Toast` shows a notification; a failing one is taken away by clearing all of them.
- The frames `_process_messages_loop`, `_pre_process` and `_compose` of a widget's pump, and
  those of the compositor, mean that a part of the screen is gone or cannot be painted.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, runtime_checkable

from textual import events
from textual._compositor import Compositor
from textual.app import App
from textual.dom import NoScreen
from textual.drivers._writer_thread import WriterThread
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker, WorkerFailed

from core.errors import SalonError
from core.faults import Fault, as_salon_error

if TYPE_CHECKING:
    from tui.dialogs.fault import FaultScreen

_LOST = frozenset({"_process_messages_loop", "_pre_process", "_compose"})
"""Frames of a widget after which it takes no more messages, or lacks its children."""
_STARTING = (events.Load, events.Compose, events.Mount)
"""What an app or a screen cannot do without."""
_HOLDING = "reloading"
"""The mode that is shown while another one is made anew."""
_TOLD = "_salon_told"
"""Attribute of an exception that a person was told of."""
_LONG = 20.0
"""Seconds for which an error of the background is shown."""
_Item = TypeVar("_Item")


@runtime_checkable
class Renewable(Protocol):
    """A screen that can be made anew, with what it has open."""

    def renewed(self) -> Screen[Any]:
        """Return a screen that takes the place of this one."""
        ...


@runtime_checkable
class Releasable(Protocol):
    """A screen that something may wait for."""

    def release(self) -> None:
        """Let go on whatever waits for the screen to be ready."""


class Guarded(MessagePump):
    """A message pump that an error of one of its handlers does not end."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if isinstance(message, _STARTING):
                raise
            self.app._handle_exception(error)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an error happened."""

    screen: Screen[Any] | None = None
    widget: Widget | None = None
    whole: bool = True
    """Whether all parts of the screen still take messages and can be painted."""


def place_of(error: BaseException) -> Place:
    """Return the innermost mounted widget of a traceback, and whether its screen is whole."""
    widget, whole = None, True
    for name, owner in _owners(error):
        if isinstance(owner, Compositor) or (isinstance(owner, Widget) and name in _LOST):
            whole = False
        if isinstance(owner, Widget) and _screen_of(owner) is not None:
            widget = owner
    return Place(None if widget is None else _screen_of(widget), widget, whole)


def _owners(error: BaseException) -> Iterator[tuple[str, object]]:
    """Yield the functions of a traceback with whose they are, the outermost first."""
    for frame, _ in walk_tb(error.__traceback__):
        owner = frame.f_locals.get("self")
        if isinstance(owner, Timer):
            owner = owner.target
        elif isinstance(owner, Worker):
            owner = owner.node
        yield frame.f_code.co_name, owner


def _screen_of(widget: Widget) -> Screen[Any] | None:
    try:
        return widget.screen if widget.is_running else None
    except (NoScreen, AttributeError):  # a widget whose constructor failed has no attributes
        return None


class ContainingApp(Guarded, App[int]):
    """An app that outlives errors in its screens."""

    CONTAIN_HEADLESS: ClassVar[bool] = False
    """Whether errors are contained without a terminal too. Tests fail on them otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.crash: BaseException | None = None
        """What ended the app."""
        self.is_mute = False
        """Whether nothing reaches the terminal any more, not even what leaves its screen."""

    @property
    def contains_faults(self) -> bool:
        """Whether an error leaves the app running."""
        return self.CONTAIN_HEADLESS or not self.is_headless

    def on_mount(self) -> None:
        if self.contains_faults:
            asyncio.get_running_loop().set_exception_handler(self._on_loop_error)

    # What the parts of the app may call

    def told(self, error: Exception) -> SalonError:
        """Return an error as it is to be said in place; in a test, raise what is a fault."""
        if not self.contains_faults and not isinstance(error, SalonError):
            raise error
        setattr(error, _TOLD, True)
        return as_salon_error(error)

    async def engine_events(self, source: AsyncIterator[_Item]) -> AsyncIterator[_Item]:
        """Yield the events of an engine; the engine's own faults become `SalonError`s.

        Raises:
            SalonError: the engine failed.
        """
        try:
            async for each in source:
                yield each
        except Exception as error:
            raise self.told(error) from error

    def report_fault(self, error: Exception) -> None:
        """Treat an error that was caught as one that was not."""
        self._handle_exception(error)

    def title_of(self, mode: str) -> str:
        """Return what a mode is called on screen."""
        return mode

    def has_fault(self, mode: str) -> bool:
        """Whether a pane says that it failed, and waits to be reloaded."""
        return self._panel(mode) is not None

    async def reload(self, mode: str) -> None:
        """Make the pane in front anew, on the engine and session that it has open."""
        base = self._screen_stacks[mode][0]
        assert isinstance(base, Renewable)
        renewed = base.renewed()
        if _HOLDING not in self._modes:
            self.add_mode(_HOLDING, Screen)
        await self.switch_mode(_HOLDING)
        await self.remove_mode(mode)
        self.add_mode(mode, lambda: renewed)
        await self.switch_mode(mode)

    # Where errors arrive

    def _handle_exception(self, error: Exception) -> None:
        if not self.contains_faults:
            super()._handle_exception(error)
            return
        cause = error.error if isinstance(error, WorkerFailed) else error
        if hasattr(cause, _TOLD):
            return
        setattr(cause, _TOLD, True)
        place = place_of(cause)
        if self._exit:
            as_salon_error(cause, "closing the app")
        elif self._is_beyond_help(cause, place):
            self.end_with(cause)
        else:
            self._contain(cause, place)

    def panic(self, *renderables: Any) -> None:
        """End the app; called by the thread of Textual that reads keys."""
        self.end_with(RuntimeError("The terminal cannot be read."))

    def end_with(self, error: BaseException) -> None:
        """End the app with status 1. What runs is cancelled, which keeps what was said."""
        as_salon_error(error, "the app")
        if self.crash is None:
            self.crash = error
        self.exit(return_code=1)

    def note(self, error: BaseException) -> None:
        """Log an error of the background and say it in a notification."""
        if not hasattr(error, _TOLD):
            setattr(error, _TOLD, True)
            self._notify(as_salon_error(error, "the background"))

    def on_thread_error(self, args: threading.ExceptHookArgs) -> None:
        """Take the error that ended a thread; for `threading.excepthook`."""
        error, writer = args.exc_value, args.thread
        if error is None or isinstance(error, SystemExit) or self._loop is None:
            return
        if not isinstance(writer, WriterThread):
            self._loop.call_soon_threadsafe(self.note, error)
            return
        self.is_mute = True
        self._loop.call_soon_threadsafe(self.end_with, error)
        # Nothing else takes what the app still writes: it would wait for ever on its way out.
        while writer._queue.get() is not None:
            pass

    def _on_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Take what asyncio tells: the error of a task that no code waited for, for example."""
        error = context.get("exception")
        self.note(error if error is not None else RuntimeError(str(context.get("message"))))

    def _is_beyond_help(self, error: BaseException, place: Place) -> bool:
        from tui.dialogs.fault import FaultScreen

        if not isinstance(error, Exception) or isinstance(error, MemoryError):
            return True
        return not self._is_mounted or isinstance(place.screen, FaultScreen)

    def _contain(self, error: BaseException, place: Place) -> None:
        try:
            mode, screen = self._failed(place)
            told = as_salon_error(error, mode)
            if not isinstance(told, Fault) and place.whole:
                self._notify(told)
            else:
                self._cover(mode, screen, told, place)
        except Exception as second:  # noqa: BLE001 - logged, and said at the end
            self.end_with(second)

    def _failed(self, place: Place) -> tuple[str, Screen[Any]]:
        """Return the mode and the screen that failed; where that is unknown, those in front."""
        for mode, stack in self._screen_stacks.items():
            if place.screen is not None and place.screen in stack:
                return mode, place.screen
        return self.current_mode, self.screen

    def _cover(self, mode: str, screen: Screen[Any], told: SalonError, place: Place) -> None:
        from textual.widgets._toast import Toast

        from tui.dialogs.fault import FaultScreen

        base = self._screen_stacks[mode][0]
        if isinstance(base, Releasable):
            base.release()
        widgets = () if place.widget is None else place.widget.ancestors_with_self
        is_notification = any(isinstance(each, Toast) for each in widgets)
        if is_notification:
            # Until they are removed, a layout that is due would ask them for their size again.
            for toast in screen.query(Toast):
                toast.display = False
            self.clear_notifications()
        panel = self._panel(mode)
        is_dialog = screen is not base and screen is not panel
        if is_dialog:
            self._take_away(screen, mode)
        if panel is None:
            self.push_screen(
                FaultScreen(
                    told,
                    self.title_of(mode),
                    dialog=is_dialog,
                    closable=is_dialog or is_notification or place.whole,
                    reload=self._way_to_reload(screen if is_dialog else base, mode),
                ),
                mode=mode,
            )
        else:
            panel.add(told)

    def _way_to_reload(self, failed: Screen[Any], mode: str) -> Callable[[], Any] | None:
        if not isinstance(failed, Renewable):
            return None
        if failed is self._screen_stacks[mode][0]:
            return lambda: self.reload(mode)
        renewed = failed.renewed
        return lambda: self._reopen(renewed())

    async def _reopen(self, screen: Screen[Any]) -> None:
        self.pop_screen()
        await self.push_screen(screen)

    def _panel(self, mode: str) -> FaultScreen | None:
        from tui.dialogs.fault import FaultScreen

        stack = self._screen_stacks.get(mode, ())
        return next((each for each in stack if isinstance(each, FaultScreen)), None)

    def _take_away(self, dialog: Screen[Any], mode: str) -> None:
        """Close a dialog as if nothing had been chosen in it."""
        self._screen_stacks[mode].remove(dialog)
        for callback in dialog._result_callbacks:
            if callback.future is None or not callback.future.done():
                callback(None)
        self.workers.cancel_node(dialog)
        self.call_later(self._replace_screen, dialog)

    def _notify(self, told: SalonError) -> None:
        self.notify(str(told), severity="error", timeout=_LONG, markup=False)
