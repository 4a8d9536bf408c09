"""The notebook of a look: turns what a step saw into Observations that share batch, line, site and try."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.config import Config, Vantage
from crawler.items import Observation
from db.vocabulary import Failure, ObservationStep


@dataclass(frozen=True, slots=True)
class Heading:
    """What all observations of one look have in common. `moment` tells K0, the tries and K1 apart."""

    source_id: str
    run_id: str
    batch_id: str
    url: str
    vantage: str
    is_control: bool
    attempt: int = 1
    moment: str = "try"


@dataclass(slots=True)
class Notebook:
    """Collects observations under one heading; `clock` gives the house's time."""

    heading: Heading
    clock: Callable[[], datetime]
    observations: list[Observation] = field(default_factory=list)

    def note(
        self,
        step: ObservationStep,
        target: str,
        *,
        failure: Failure = Failure.NONE,
        outcome: str = "",
        seconds: float = 0.0,
        detail: dict[str, object] | None = None,
    ) -> Observation:
        """Write one fact down and return it. `detail["purpose"]` says what the step was for."""
        head = self.heading
        observation = Observation(
            source_id=head.source_id,
            run_id=head.run_id,
            batch_id=head.batch_id,
            url=head.url,
            vantage=head.vantage,
            is_control=head.is_control,
            attempt=head.attempt,
            observed_at=self.clock(),
            step=step,
            target=target,
            failure=failure,
            outcome=outcome,
            duration_s=round(seconds, 4),
            detail={"moment": head.moment, "purpose": "site", **(detail or {})},
        )
        self.observations.append(observation)
        return observation

    def under(self, **changes: str | int | bool) -> "Notebook":
        """A fresh notebook whose heading differs in `changes`."""
        return Notebook(replace(self.heading, **changes), self.clock)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a step works: the settings, the line it goes out by, and the notebook it writes in."""

    config: Config
    vantage: Vantage
    notes: Notebook

    def with_notes(self, notes: Notebook) -> "Bench":
        """The same bench with another notebook."""
        return replace(self, notes=notes)
