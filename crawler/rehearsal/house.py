"""The house that the rehearsal plays in: its folder, its configuration and the clock it starts, moved to another day."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from crawler.rehearsal.world import World, source_entries
from db.errors import MfmError

MARKER = ".rehearsal"
PROJECT_DIR = Path(__file__).resolve().parents[2]
RUN_LIMIT_S = 240
INSIDE_ASN = "AS64500"  # RFC 5398: numbers for documentation

# One quick try: on loopback nothing passes by itself, and the play has ninety seconds.
PROBING: dict[str, object] = {
    "tries_at_s": [0.0],
    "run_tries_at_s": [0.0],
    "dns_timeout_s": 2.0,
    "tcp_timeout_s": 2.0,
    "tls_timeout_s": 2.0,
    "first_byte_timeout_s": 2.0,
    "clock_tolerance_s": 0.0,
    "foreign_canaries": ["canary-one.example:80", "canary-two.example:80"],
    "domestic_canaries": {"KZ": ["canary-three.example:80", "canary-four.example:80"]},
    "check_neighbours": False,
}


@dataclass(kw_only=True, slots=True, frozen=True)
class Doors:
    """Where the small web and the mail server listen: host:port, and a port."""

    inside: str
    outside: str
    beyond: str
    smtp_port: int


class RehearsalHouse:
    """A data folder of its own, which may be emptied because it bears our marker."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.absolute()
        self._config = self.data_dir / "mfm.toml"

    def clear(self) -> None:
        """Empty the folder; MfmError when it holds something that is not a rehearsal's."""
        if self.data_dir.exists():
            if any(self.data_dir.iterdir()) and not (self.data_dir / MARKER).exists():
                raise MfmError(f"{self.data_dir}: not a rehearsal's folder, it stays untouched (choose another with --data-dir)")
            try:
                shutil.rmtree(self.data_dir)
            except OSError as error:
                raise MfmError(f"{self.data_dir}: cannot be emptied ({error.strerror}); is another rehearsal going on there?") from error
        (self.data_dir / "sources").mkdir(parents=True)
        (self.data_dir / MARKER).write_text("Made by `scrapy rehearse`, emptied at its next start.\n", encoding="utf-8")

    def furnish(self, world: World, doors: Doors) -> None:
        """Write the configuration and the source file."""
        sources = yaml.safe_dump(source_entries(world), allow_unicode=True, sort_keys=False)
        (self.data_dir / "sources" / "kz.yaml").write_text(sources, encoding="utf-8")
        self._config.write_text(_as_toml(self._settings(doors)), encoding="utf-8")

    def play(self, now: datetime, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python schedule.py --once` as it would run at `now`; what it says is in `stdout`."""
        command = [sys.executable, "schedule.py", "--once", *arguments]
        return subprocess.run(
            command, cwd=PROJECT_DIR, env=self.environment(now), capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False
        )

    def environment(self, now: datetime) -> dict[str, str]:
        """The caller's environment without its own settings of the monitor, and with the moved clock."""
        offset = (now - datetime.now(UTC)).total_seconds()
        mine = {name: value for name, value in os.environ.items() if not name.startswith("MFM_")}
        return mine | {"MFM_CONFIG": str(self._config), "MFM_CLOCK_OFFSET_S": f"{offset:.0f}", "PYTHONUTF8": "1", "COLUMNS": "150"}

    def _settings(self, doors: Doors) -> dict[str, object]:
        host = doors.inside.split(":")[0]
        return {
            "data_dir": str(self.data_dir),
            "sources_dir": str(self.data_dir / "sources"),
            "contact_url": "https://rehearsal.example/monitor",
            "proxy_url": f"http://{doors.inside}",
            "allow_inside": [host, doors.inside, doors.outside, doors.beyond],
            "line_canaries": [doors.inside],
            "download_delay_s": 0.0,
            "download_timeout_s": 5.0,
            "run_deadline_s": 60,
            "reserve_bytes": 0,
            "smtp_host": "127.0.0.1",
            "smtp_port": doors.smtp_port,
            "smtp_security": "none",
            "mail_from": "monitor@rehearsal.example",
            "people": [
                {"audience": "editor", "address": "editor@rehearsal.example", "language": "en"},
                {"audience": "lawyer", "address": "lawyer@rehearsal.example", "language": "ru"},
                {
                    "audience": "maintainer",
                    "address": "maintainer@rehearsal.example",
                    "is_maintainer": True,
                    "subscriptions": [{"kinds": [], "rate": "off"}],
                },
            ],
            "probing": PROBING,
            "vantages": [
                _line("inside", doors.inside, "KZ", INSIDE_ASN, is_control=False),
                _line("outside", doors.outside, "DE", "AS64501", is_control=True),
                _line("beyond", doors.beyond, "SE", "AS64502", is_control=True),
            ],
        }


def _line(name: str, address: str, country: str, asn: str, *, is_control: bool) -> dict[str, object]:
    return {
        "id": name,
        "is_control": is_control,
        "country": country,
        "kind": "http",
        "address": address,
        "resolver": {"kind": "proxy"},
        "asn": asn,
        "line": "residential",
        "consent": True,
        "sees_censorship": "no" if is_control else "yes",
    }


def _as_toml(settings: dict[str, object]) -> str:
    """Settings as TOML; JSON's strings, numbers, booleans and lists are TOML's too, inner tables are written inline."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in settings.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)
