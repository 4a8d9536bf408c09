"""The table of scenarios, each played over the loopback testbed: expected and got, side by side.

Run by hand: `python -m benchmarks.scenarios [ID...]`; exit status 1 when one differs. Nothing leaves the machine.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.probes.table import Expected, Scenario, got_of, load, play


def words(one: Expected) -> str:
    """One cell of the table."""
    reason = f" ({one.reason})" if one.reason else ""
    return f"{one.verdict}{reason} {one.rule} {one.confidence:.2f}; alert: {one.alert if one.alert is not None else 'not judged'}"


def row(scenario: Scenario) -> tuple[str, bool]:
    """The scenario played once, as a row, and whether all came out as expected."""
    with tempfile.TemporaryDirectory() as folder:
        opinions = asyncio.run(play(scenario, Path(folder)))
    crowd = scenario.setup.get("crowd")
    urls = [f"https://site{number}.test/" for number in range(crowd["bad"])] if crowd else scenario.urls
    found = {got_of(opinions, url) for url in urls}
    is_same = {(one.verdict, one.reason, one.rule, one.confidence) for one in found} == {
        (scenario.expect.verdict, scenario.expect.reason, scenario.expect.rule, scenario.expect.confidence)
    } and all(scenario.expect.alert in (None, one.alert) for one in found)
    got = " / ".join(words(one) for one in found)
    return f"{scenario.id} | {scenario.says} | {words(scenario.expect)} | {'same' if is_same else got}", is_same


def main() -> int:
    """Print the table."""
    chosen = [one for one in load() if not sys.argv[1:] or one.id in sys.argv[1:]]
    print("id | scenario | expected | got")
    n_same = 0
    for scenario in chosen:
        text, is_same = row(scenario)
        n_same += is_same
        print(text, flush=True)
    print(f"{n_same} of {len(chosen)} as expected")
    return 0 if n_same == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
