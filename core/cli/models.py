"""`salon models`: which providers are ready, which are not and why, and what they offer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from core.cli.output import echo, echo_json, echo_table
from core.errors import UsageError, nearest
from core.faults import as_salon_error
from core.messages import ModelName
from core.providers.base import ModelInfo, Provider
from core.runtime import Runtime

_LONGEST_WAIT = 5.0
"""Seconds that a provider may take for each question."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found out about one provider."""

    name: str
    ready: bool
    reason: str = ""
    models: Sequence[ModelInfo] = ()


@click.command()
@click.argument("provider", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def models(runtime: Runtime, provider: str | None, as_json: bool) -> None:
    """List the models that can be used, and why a provider is not ready."""
    names = list(runtime.settings.providers)
    if provider is not None:
        if provider not in names:
            raise UsageError(f"there is no provider {provider!r}.", nearest(provider, names))
        names = [provider]
    reports = asyncio.run(survey(runtime, names))
    if as_json:
        echo_json([report_json(runtime, report) for report in reports], indent=2)
    else:
        _print(runtime, reports)


async def survey(runtime: Runtime, names: Sequence[str]) -> list[Report]:
    """Ask providers at the same time; one that fails is a report like any other."""
    try:
        return list(await asyncio.gather(*(_report(runtime, name) for name in names)))
    finally:
        await runtime.aclose()


async def _report(runtime: Runtime, name: str) -> Report:
    try:
        provider = runtime.providers.provider(name)
        async with asyncio.timeout(_LONGEST_WAIT):
            readiness = await provider.readiness()
    except TimeoutError:
        return Report(name, ready=False, reason=_too_slow())
    except Exception as error:  # noqa: BLE001 - the reason that is told; a fault is logged
        return Report(name, ready=False, reason=str(as_salon_error(error, f"asking {name}")))
    if not readiness.ready:
        return Report(name, ready=False, reason=readiness.reason)
    return await _with_models(name, provider)


async def _with_models(name: str, provider: Provider) -> Report:
    try:
        async with asyncio.timeout(_LONGEST_WAIT):
            return Report(name, ready=True, models=await provider.models())
    except TimeoutError:
        return Report(name, ready=False, reason=_too_slow())
    except Exception as error:  # noqa: BLE001 - the reason that is told; a fault is logged
        return Report(name, ready=False, reason=str(as_salon_error(error, f"asking {name}")))


def _too_slow() -> str:
    return f"No answer within {_LONGEST_WAIT:g} seconds."


def report_json(runtime: Runtime, report: Report) -> dict[str, Any]:
    """Return a report as JSON values."""
    settings = runtime.settings.providers[report.name]
    return {
        "provider": report.name,
        "kind": settings.kind,
        "ready": report.ready,
        "reason": report.reason or None,
        "default_model": settings.default_model,
        "models": [_model_json(runtime, report.name, each) for each in report.models],
    }


def _model_json(runtime: Runtime, provider: str, model: ModelInfo) -> dict[str, Any]:
    name = str(ModelName(provider, model.name))
    tokens, assumed = runtime.settings.context_length(name)
    if model.context_length is not None:
        tokens, assumed = model.context_length, False
    return {"name": name, "context_length": tokens, "assumed": assumed}


def _print(runtime: Runtime, reports: Sequence[Report]) -> None:
    settings = runtime.settings.providers
    echo_table(
        ["PROVIDER", "READY", "DEFAULT MODEL", "WHY NOT"],
        [
            (each.name, each.ready, settings[each.name].default_model, each.reason or "")
            for each in reports
        ],
    )
    rows = [_model_row(runtime, each.name, model) for each in reports for model in each.models]
    if rows:
        echo()
        echo_table(["MODEL", "CONTEXT"], rows)


def _model_row(runtime: Runtime, provider: str, model: ModelInfo) -> tuple[str, str]:
    values = _model_json(runtime, provider, model)
    note = ", assumed" if values["assumed"] else ""
    return values["name"], f"{values['context_length']} tokens{note}"
