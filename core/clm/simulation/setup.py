"""How a run comes to be: from settings and what the user chose, or from its session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from core.clm.catalogue import Product
from core.clm.classic import Customer
from core.clm.setup import read_setup
from core.clm.simulation.customer_day import CustomerDays
from core.clm.simulation.days import CastDays, Days
from core.clm.simulation.engine import Parts, SimulationEngine
from core.clm.simulation.log import RunLog
from core.clm.simulation.model_policy import ModelPolicy
from core.clm.simulation.rules import LARGEST_CAST, LARGEST_POPULATION
from core.clm.simulation.spec import ENGINE, LLM, Person, SimulationSpec, WorldName, check_policy
from core.clm.simulation.worlds import make_world, people_of
from core.config.settings import Settings
from core.engine.factory import ParticipantFactory
from core.engine.participant_spec import ParticipantSpec
from core.engine.setup import new_session, reading_setup
from core.errors import ConfigError
from core.messages import Params
from core.participants import Participant
from core.prediction.predictor import Predictor
from core.providers.registry import ProviderRegistry
from core.sessions.session import CreateSession, Session

DEFAULT_POLICY = "hierarchical-thompson"
_AGENT = "Agent"
"""What the model goes by in a run."""
_LONGEST_ANSWER = 220
"""Tokens of a model's decision unless parameters say otherwise."""

MakePredictor = Callable[[str], Predictor]
ReadCatalogue = Callable[[str], tuple[Product, ...]]
"""Reads the catalogue that the setting names. Raises `ConfigError`."""


@dataclass(frozen=True, slots=True)
class SimulationChoice:
    """What the user chose for a new run; what is left open comes from the settings."""

    world: WorldName = "classic"
    cast: tuple[Customer, ...] | None = None
    """Customers of their own, for the classic world."""
    size: int | None = None
    """How many customers are drawn from the seed; above 1,000 they are a population."""
    days: int = 0
    """How many are meant to be run; 0: no end."""
    policy: str = DEFAULT_POLICY
    model: str | None = None
    params: Params = field(default_factory=Params)
    predictor: str = ""
    seed: int = 0
    budget: float | None = None
    title: str = ""


class Simulations:
    """Starts and resumes runs with the parts that the composition root hands in."""

    def __init__(
        self,
        settings: Settings,
        providers: ProviderRegistry,
        make_predictor: MakePredictor,
        read_catalogue: ReadCatalogue,
    ) -> None:
        self._settings = settings
        self._factory = ParticipantFactory(settings, providers)
        self._make_predictor = make_predictor
        self._read_catalogue = read_catalogue

    def spec(self, choice: SimulationChoice) -> SimulationSpec:
        """Return what a run is set up with. Blocks for a moment where a market is drawn.

        Raises:
            SalonError: something that was chosen does not exist or does not go together.
        """
        setup = read_setup(self._settings.clm)
        path = str(self._settings.clm.get("catalogue", ""))
        policy = check_policy(choice.policy)
        people, size = _customers(choice, setup.run.customers, setup.cast)
        if size and policy == LLM:
            raise ConfigError(
                f"A model cannot decide for {size:,} customers a day.",
                f"Take up to {LARGEST_CAST:,} customers, or another policy.",
            )
        model = ""
        if policy == LLM or choice.model:
            model = self._model(choice.model or "", choice.params)
        if choice.predictor:
            self._make_predictor(choice.predictor)
        spec = SimulationSpec(
            world=choice.world,
            seed=choice.seed,
            policy=policy,
            settings=self._settings.clm,
            people=people,
            size=size,
            model=model,
            params=choice.params,
            predictor="" if size else choice.predictor,
            days=choice.days,
            budget=choice.budget,
            catalogue=self._read_catalogue(path) if path else (),
            title=choice.title,
        )
        return _with_market_people(spec, choice.size or setup.run.customers)

    async def start(self, choice: SimulationChoice, create: CreateSession) -> SimulationEngine:
        """Return the engine of a new run, which waits to be told to go on.

        Raises:
            SalonError: see `spec` (nothing was stored), or the session cannot be created.
        """
        spec = self.spec(choice)
        async with new_session(create, ENGINE, spec.to_json()) as session:
            return self._engine(session)

    def engine(self, session: Session) -> SimulationEngine:
        """Return an engine that goes on with a stored run.

        Raises:
            StoreError: it is another engine's session, or does not say how it was set up.
        """
        with reading_setup(session.tree, ENGINE, "run of customers", "its customers were"):
            return self._engine(session)

    def _engine(self, session: Session) -> SimulationEngine:
        wiring = _Wiring(self)
        return SimulationEngine(
            session,
            Parts(wiring.days, self._model, self._settings.chat.user, wiring.model_changed),
        )

    def _model(self, model: str, params: Params) -> str:
        seat = ParticipantSpec(
            _AGENT, str(self._factory.named(model or self._settings.model)), params
        )
        self._factory.participant(seat, "").check()
        return seat.model

    def agent(self, log: RunLog, system: str) -> Participant:
        """Return who decides in a run under these instructions. Raises `SalonError`."""
        state = log.state
        model = str(self._factory.named(state.model or self._settings.model))
        own = Params(max_tokens=_LONGEST_ANSWER, seed=state.spec.seed % 2**32)
        params = own.merged(self._settings.params).merged(state.params)
        return self._factory.participant(ParticipantSpec(_AGENT, model, params), system)

    def predictor(self, name: str) -> Predictor | None:
        """Return the predictor whose scores enter what is observed."""
        return self._make_predictor(name) if name else None


class _Wiring:
    """The parts of one engine that have to know each other."""

    def __init__(self, runs: Simulations) -> None:
        self._runs = runs
        self._model_policy: ModelPolicy | None = None

    def days(self, log: RunLog) -> Days:
        spec = log.state.spec
        if spec.is_population:
            from core.clm.simulation.population_days import PopulationDays

            return PopulationDays(log)
        self._model_policy = ModelPolicy(log, lambda system: self._runs.agent(log, system))
        turns = CustomerDays(log, make_world(spec), self._model_policy)
        return CastDays(log, turns, self._runs.predictor(spec.predictor))

    def model_changed(self) -> None:
        if self._model_policy is not None:
            self._model_policy.forget()


def _customers(
    choice: SimulationChoice, default: int, cast: tuple[Customer, ...]
) -> tuple[tuple[Person, ...], int]:
    """Return the cast of a classic world, and the size of a population."""
    if choice.world == "market":
        if choice.cast is not None:
            raise ConfigError(
                "A market draws its customers from the seed.",
                "Give their number, or take the classic world for customers of your own.",
            )
        size = choice.size or default
        if size > LARGEST_POPULATION:
            raise ConfigError(f"A market holds up to {LARGEST_POPULATION:,} customers.")
        return (), size if size > LARGEST_CAST else 0
    if choice.budget is not None:
        raise ConfigError("A daily budget is for populations.", "Take the market world.")
    if choice.size is not None:
        from core.clm.simulation.generation import draw_cast

        _refuse_large_cast(choice.size)
        chosen = draw_cast(cast, choice.size, choice.seed)
    else:
        chosen = cast if choice.cast is None else choice.cast
    if not chosen:
        raise ConfigError("There is no customer.", "Name one at least.")
    _refuse_large_cast(len(chosen))
    return people_of(chosen), 0


def _refuse_large_cast(size: int) -> None:
    if size > LARGEST_CAST:
        raise ConfigError(
            f"The classic world holds up to {LARGEST_CAST:,} customers, not {size:,}.",
            "The market world holds millions.",
        )


def _with_market_people(spec: SimulationSpec, size: int) -> SimulationSpec:
    """Draw the customers of a market that are few enough for records of their own."""
    if spec.world != "market":
        return spec
    from core.clm.market import Market
    from core.clm.population import check_size

    check_size(size)
    if spec.is_population:
        return spec
    if spec.budget is not None:
        raise ConfigError(
            "A daily budget is for populations.", f"Take more than {LARGEST_CAST:,} customers."
        )
    from core.clm.simulation.market_cast import draw_people

    setup = spec.setup
    market = Market(setup.market, setup.actions, size, spec.seed)
    return replace(spec, people=draw_people(size, spec.seed, market))
