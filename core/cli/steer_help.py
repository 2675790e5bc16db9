"""--steer-help: the commands of an engine as `--steer` takes them, from their declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import click

from core.cli.output import echo

if TYPE_CHECKING:
    from core.engine.command_codec import FieldRow

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def steer_help(module: str) -> Callable[[Decorated], Decorated]:
    """Add --steer-help, which lists the commands that a module declares."""

    def show(context: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and not context.resilient_parsing:
            for line in help_lines(import_module(module).Command):
                echo(line)
            context.exit()

    return click.option(
        "--steer-help",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help="List the commands that --steer takes.",
    )


def help_lines(union: Any) -> Iterator[str]:
    """Yield the commands of a union, each with what it does and what its fields are."""
    from core.engine.command_codec import document

    for row in document(union):
        yield row.line
        yield f"  {row.summary}"
        yield from map(_field_line, row.fields)


def _field_line(field: FieldRow) -> str:
    default = f" [{field.default}]" if field.default else ""
    optional = "" if field.required else " (optional)"
    about = f" {field.description}" if field.description else ""
    return f"    {field.name}: {field.expected}{optional}{default}.{about}"
