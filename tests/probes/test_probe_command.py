"""`scrapy probe` as a person or a script runs it: a settings file, loopback, one JSON line per address and vantage."""

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.probes.bed import Act, Bed

ROOT = Path(__file__).parents[2]


def settings_of(bed: Bed) -> str:
    return f"""
data_dir = "{bed.folder / "data"}"
trust_bundle = "{bed.folder / "roots.pem"}"
neutral_sni = "neutral.test"

[probing]
tcp_timeout_s = 1.0
tls_timeout_s = 1.0
tries_at_s = [0.0, 0.0]
networks = {{"127.0.2.0/24" = "AS64500"}}

[[vantages]]
id = "kz-home"
country = "KZ"
kind = "socks5"
address = "{bed.vantage.address}"
resolver = {{kind = "udp", address = "127.0.0.1:{bed.lies.port}"}}
asn = "AS9198"
line = "residential"
sees_censorship = "yes"

[[vantages]]
id = "berlin"
is_control = true
kind = "socks5"
address = "{bed.controls[0].address}"
resolver = {{kind = "udp", address = "127.0.0.1:{bed.truth.port}"}}

[[vantages]]
id = "oslo"
is_control = true
kind = "http"
address = "{bed.controls[1].address}"
resolver = {{kind = "tcp", address = "127.0.0.1:{bed.truth.port}"}}
"""


async def scrapy(*arguments: str) -> tuple[int, str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MFM_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scrapy", *arguments, cwd=ROOT, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_one_json_line_per_address_and_vantage(tmp_path: Path) -> None:
    async with Bed(tmp_path) as bed:
        await bed.site("orda.test", "127.0.2.10")
        await bed.site("vlast.test", "127.0.2.11")
        bed.vantage.by_name["orda.test"] = Act("silent")
        file = tmp_path / "look.toml"
        file.write_text(settings_of(bed), encoding="utf-8")
        code, out, err = await scrapy("probe", "https://orda.test/", "https://vlast.test/", "--config", str(file), "--json")
        shown = await scrapy("probe", "https://orda.test/", "--config", str(file))
    assert code == 0, err
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["url"], line["vantage"], line["verdict"], line["rule_id"]) for line in lines] == [
        ("https://orda.test/", "kz-home", "blocked:tls-sni", "R24"),
        ("https://vlast.test/", "kz-home", "ok", "R11"),
    ]
    wanted = {"url", "vantage", "verdict", "reason", "confidence", "evidence_kind", "rule_id", "steps", "control"}
    assert all(wanted <= set(line) and {"dns", "tcp", "tls", "http"} <= set(line["steps"]) for line in lines)
    assert lines[0]["control"]["state"] == "ok" and lines[0]["evidence_kind"] == "differential"
    assert "blocked:tls-sni" in shown[1] and "swap neutral_sni" in shown[1]


async def test_wrong_calls_are_one_clear_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[probing]\nunheard_of = 1\n", encoding="utf-8")
    for arguments in (("probe",), ("probe", "ftp://x.test/"), ("probe", "https://x.test/", "--config", str(bad)),
                      ("probe", "https://x.test/", "--config", str(tmp_path / "absent.toml"))):  # fmt: skip
        code, _, err = await scrapy(*arguments)
        assert code == 2 and len(err.strip().splitlines()) == 1 and "Traceback" not in err, (arguments, err)


async def test_a_dry_run_contacts_nothing_and_no_vantage_is_said_honestly(tmp_path: Path) -> None:
    async with Bed(tmp_path) as bed:
        await bed.site("orda.test", "127.0.2.10")
        file = tmp_path / "look.toml"
        file.write_text(settings_of(bed), encoding="utf-8")
        code, out, _ = await scrapy("probe", "https://orda.test/", "--config", str(file), "--dry-run")
        assert code == 0 and "would look at https://orda.test/" in out and not bed.vantage.seen and not bed.truth.n_asked
    empty = tmp_path / "empty.toml"
    empty.write_text("", encoding="utf-8")
    _, out, _ = await scrapy("probe", "https://orda.test/", "--config", str(empty), "--json")
    line = json.loads(out)
    assert (line["verdict"], line["reason"]) == ("inconclusive", "control-unavailable") and "vantage" in line["explanation"]


async def test_a_watch_follows_the_incident(tmp_path: Path) -> None:
    from crawler.assessing.session import Watcher
    from crawler.probing.runner import Site

    async with Bed(tmp_path) as bed:
        await bed.site("orda.test", "127.0.2.10")
        bed.vantage.by_name["orda.test"] = Act("silent")
        bed.timers |= {"run_tries_at_s": (0.0,), "watch_pauses_s": (900.0, 2700.0)}
        told, slept = [], []

        class Clocked(type(bed.config())):
            def now(self):
                return super().now().fromtimestamp(1_780_000_000 + sum(slept), tz=super().now().tzinfo)

        config = bed.config()
        moved = Clocked(**{name: getattr(config, name) for name in type(config).model_fields})

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        await Watcher(moved, [Site("https://orda.test/")], lambda _, states: told.extend(states), sleep).watch(3)
    assert slept == [900.0, 2700.0]
    assert "no incident" in told[0] and "open (class B, blocked:tls-sni); now: opened" in told[2]


async def test_the_spider_stores_what_happened_and_the_desk_judges_it(tmp_path: Path) -> None:
    import sqlite3

    source = "sources:\n  - {id: kz_orda, outlet: Orda, country: KZ, homepage: 'https://orda.test/', urls: [{url: 'https://orda.test/feed', kind: feed}]}\n"
    async with Bed(tmp_path) as bed:
        await bed.site("orda.test", "127.0.2.10")
        bed.vantage.by_name["orda.test"] = Act("silent")
        (tmp_path / "sources").mkdir()
        (tmp_path / "sources" / "kz.yaml").write_text(source, encoding="utf-8")
        file = tmp_path / "look.toml"
        text = settings_of(bed).replace("[probing]", f'sources_dir = "{tmp_path / "sources"}"\n[probing]\nrun_tries_at_s = [0.0]\n', 1)
        file.write_text(text, encoding="utf-8")
        await scrapy_with(file, "migrate")
        code, _, err = await scrapy_with(file, "crawl", "probe", "-a", "source=kz_orda")
        assert code == 0 and "Traceback" not in err, err[-2000:]
        code, out, err = await scrapy_with(file, "assess")
    assert code == 0 and "https://orda.test/ from kz-home: blocked:tls-sni (silence)" in out, (out, err)
    steps = sqlite3.connect(tmp_path / "data" / "mfm.db").execute("select distinct step from observation order by 1").fetchall()
    assert {step for (step,) in steps} >= {"dns", "http", "tcp", "tls"}


async def scrapy_with(file: Path, *arguments: str) -> tuple[int, str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MFM_")} | {"MFM_CONFIG": str(file)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scrapy", *arguments, cwd=ROOT, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()
