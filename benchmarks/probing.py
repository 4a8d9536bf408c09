"""How long a look takes from 20 to 200 sites with two vantages over the loopback testbed; a tenth of the sites is filtered.

Run by hand: `python benchmarks/probing.py`. Prints a table; nothing leaves the machine.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from crawler.assessing.session import look_once
from crawler.probing.runner import Site
from tests.probes.bed import Act, Bed


async def measure(n_sites: int) -> tuple[float, Counter[str]]:
    """Seconds for one run over so many sites, and the verdicts given."""
    with tempfile.TemporaryDirectory() as folder:
        async with Bed(Path(folder)) as bed:
            bed.with_second = True
            names = [f"site{number}.test" for number in range(n_sites)]
            for number, name in enumerate(names):
                await bed.site(name, f"127.0.{2 if number < 200 else 4}.{number % 200 + 20}")
            for name in names[::10]:
                bed.vantage.by_name[name] = bed.second.by_name[name] = Act("silent")
            config = bed.config()
            started = time.perf_counter()
            opinions = await look_once(config, [Site(f"https://{name}/") for name in names], config.probing.tries_at_s)
            return time.perf_counter() - started, Counter(one.ruling.verdict.value for one in opinions)


def main() -> None:
    """Print the table."""
    print("sites  seconds  per site  verdicts")
    for n_sites in (20, 50, 100, 200):
        seconds, verdicts = asyncio.run(measure(n_sites))
        print(f"{n_sites:5}  {seconds:7.1f}  {seconds / n_sites:8.3f}  {dict(verdicts)}")


if __name__ == "__main__":
    main()
