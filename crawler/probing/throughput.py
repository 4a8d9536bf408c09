"""Speed beside a neutral object: when a site is slow from a line, how fast is something nobody throttles. No verdicts."""

from crawler.items import Observation
from crawler.probing.fetching import fetch
from crawler.probing.handshake import Handshake, shake_hands
from crawler.probing.notes import Bench
from db.vocabulary import ObservationStep

# A handshake of 2 s is the sign of the 2022-23 throttling in Kazakhstan (BLOCKING.md R29, ooni.org/post/2023-throttling-kz-elections).
SLOW_HANDSHAKE_S = 2.0
# 64 KiB/s over more than a second: four times the 128 kbit/s of the Russian throttling of 2021 (BLOCKING.md c.2).
SLOW_BYTES_PER_S = 64 * 1024
SLOW_BODY_S = 1.0
# A handshake is 3 to 6 KiB; more than this came from the answer, which then froze (BLOCKING.md R28: 14 to 32 KiB).
FROZEN_BYTES = 12 * 1024


def is_slow(observation: Observation) -> bool:
    """True when a step of the site's own path took so long, or stopped so early, that its speed needs comparing."""
    detail = observation.detail
    if detail.get("purpose") != "site":
        return False
    if observation.step is ObservationStep.TLS:
        return observation.duration_s >= SLOW_HANDSHAKE_S and detail.get("is_answered") is True
    if observation.step is not ObservationStep.HTTP:
        return False
    if not detail.get("status"):  # a frozen transfer may stop inside the first TLS record, so that nothing can be read of it
        return int(str(detail.get("n_received", 0))) >= FROZEN_BYTES
    body_s, length = float(str(detail.get("body_s", 0))), int(str(detail.get("length", 0)))
    return detail.get("is_cut") is True or (body_s > SLOW_BODY_S and length / body_s < SLOW_BYTES_PER_S)


async def measure_neutral(bench: Bench, target: tuple[str, int] | None) -> None:
    """Fetch the neutral object, and shake hands under the neutral name with the site's own address (`target`) to time that."""
    url = bench.config.probing.neutral_object_url
    if target:
        tls = await shake_hands(bench, Handshake(*target, bench.config.neutral_sni, "neutral_timing"))
        if tls:
            tls.close()
    if not url:
        return
    fetched = await fetch(bench, url, max_bytes=bench.config.probing.neutral_object_bytes)
    bench.notes.note(
        ObservationStep.THROUGHPUT,
        url,
        failure=fetched.failure,
        outcome="whole" if fetched.is_good and not fetched.answer.is_cut else "broken",
        seconds=fetched.answer.body_s,
        detail={
            "purpose": "neutral_object",
            "n_bytes": len(fetched.answer.body),
            "handshake_s": round(fetched.handshake_s, 4),
            "status": fetched.status,
            "is_cut": fetched.answer.is_cut,
        },
    )
