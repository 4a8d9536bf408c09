"""The TCP step: one connection to one target, with its failure under OONI's name. No verdicts."""

import asyncio

from crawler.probing.addresses import Gate, join_target
from crawler.probing.failures import StepError
from crawler.probing.notes import Bench
from crawler.probing.proxy import Stream, open_stream
from db.vocabulary import Failure, ObservationStep


async def connect(bench: Bench, target: tuple[str, int], purpose: str = "site") -> Stream | None:
    """A stream to `target` (host, port), or None; either way one observation is written.

    An address that the gate keeps shut is not touched: outcome `inside_address`, failure `interrupted`.
    """
    config, vantage, notes = bench.config, bench.vantage, bench.notes
    host, port = target
    label = join_target(host, port)
    if not Gate.of(config).is_open(host, port):
        notes.note(
            ObservationStep.TCP,
            label,
            failure=Failure.INTERRUPTED,
            outcome="inside_address" if config.is_live else "not_live",
            detail={"purpose": purpose},
        )
        return None
    clock = asyncio.get_running_loop().time
    started = clock()
    detail: dict[str, object] = {"purpose": purpose}
    try:
        stream = await open_stream(vantage, host, port, config.probing.tcp_timeout_s)
    except StepError as error:
        detail["is_line_fault"] = error.is_line_fault
        notes.note(ObservationStep.TCP, label, failure=error.failure, outcome=error.outcome, seconds=clock() - started, detail=detail)
        return None
    notes.note(ObservationStep.TCP, label, outcome="connected", seconds=clock() - started, detail=detail)
    return stream


async def is_reachable(bench: Bench, target: tuple[str, int], purpose: str) -> bool:
    """One connection that is closed at once."""
    stream = await connect(bench, target, purpose)
    if stream:
        stream.close()
    return stream is not None
