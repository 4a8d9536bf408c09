"""How mail survives bad weather: random sequences of refusals, lost answers and crashes; prints what arrived and what was doubled.

python -m benchmarks.delivery [sequences]
"""

import logging
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.crawler.mailing.conftest import House
from tests.crawler.mailing.fault_script import judge, play


def main(n_sequences: int) -> int:
    """Play the sequences; the status is 1 when anything was lost, falsely recorded, or doubled without cause."""
    totals: Counter[str] = Counter()
    moods: Counter[str] = Counter()
    logging.disable(logging.WARNING)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(n_sequences):
            house = House(Path(folder) / str(seed))
            post = play(house, seed)
            totals.update(asdict(judge(house, post)))
            moods.update(post.moods)
            house.db.close()
    print(f"{n_sequences} sequences in {time.monotonic() - began:.0f} s")
    print("tries by weather: " + ", ".join(f"{mood} {n}" for mood, n in moods.most_common()))
    for name, n in totals.items():
        print(f"  {name:24}{n:8}")
    return int(any(totals[name] for name in ("n_lost", "n_false_sent", "n_doubles_unexcused", "n_doubles_other_text")))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
