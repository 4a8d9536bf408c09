"""The TLS step: one handshake with one server name, its chain checked against the pinned bundle. No verdicts."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from crawler.probing.addresses import join_target, literal
from crawler.probing.certificates import check_chain, describe
from crawler.probing.failures import failure_of
from crawler.probing.notes import Bench, Notebook
from crawler.probing.proxy import Stream
from crawler.probing.tcp import connect
from crawler.probing.tls import TlsError, TlsStream, start_tls
from db.vocabulary import Failure, ObservationStep


@dataclass(frozen=True, slots=True)
class Handshake:
    """What to try: which target, with which server name (empty sends none), and what for."""

    host: str
    port: int
    server_name: str
    purpose: str = "site"
    checked_name: str = ""


async def shake_hands(bench: Bench, wanted: Handshake) -> TlsStream | None:
    """Connect and shake hands; the TCP part is an observation of its own with the same purpose."""
    stream = await connect(bench, (wanted.host, wanted.port), wanted.purpose)
    return await shake_hands_over(bench, stream, wanted) if stream else None


async def shake_hands_over(bench: Bench, stream: Stream, wanted: Handshake) -> TlsStream | None:
    """Shake hands over a stream; the observation keeps chain, verdict of the bundle, first bytes and time."""
    config, notes = bench.config, bench.notes
    clock = asyncio.get_running_loop().time
    started = clock()
    server_name = "" if literal(wanted.server_name) is not None else _ascii_name(wanted.server_name)
    try:
        tls = await start_tls(stream, server_name, config.probing.tls_timeout_s)
    except TlsError as error:
        _note(wanted, notes, error.tls, failure_of(error.cause), str(error.cause), clock() - started)
        return None
    seconds = clock() - started
    chain = tls.chain()
    name = wanted.checked_name or wanted.server_name
    now = config.now() + timedelta(seconds=bench.vantage.clock_offset_s)
    failure, fault = await asyncio.to_thread(check_chain, chain, _ascii_name(name), config.trust_bundle, now)
    notes.note(
        ObservationStep.TLS,
        join_target(wanted.host, wanted.port),
        failure=failure,
        outcome="handshake",
        seconds=seconds,
        detail={
            "purpose": wanted.purpose,
            "server_name": server_name,
            "fault": fault,
            "chain": [describe(data) for data in chain[:10]],
            "is_answered": True,
            "client": "openssl",
        },
    )
    return tls


def _note(wanted: Handshake, notes: Notebook, tls: TlsStream, failure: Failure, reason: str, seconds: float) -> None:
    notes.note(
        ObservationStep.TLS,
        join_target(wanted.host, wanted.port),
        failure=failure,
        outcome="injected" if tls.is_injected else "answered" if tls.is_answered else "silent",
        seconds=seconds,
        detail={
            "purpose": wanted.purpose,
            "server_name": wanted.server_name,
            "fault": reason[:200],
            "chain": [],
            "is_answered": tls.is_answered,
            "first_bytes": tls.first_bytes.hex(),
            "client": "openssl",
        },
    )


def _ascii_name(name: str) -> str:
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name.encode("ascii", "ignore").decode()
