"""The core scenarios once over real packets between network namespaces; needs root, iproute2, nftables and iptables.

Three namespaces: a vantage, a router that censors, a server side with the site, two control proxies and a resolver. The router
drops or resets by server name (iptables string match), by Host header, by address, and turns DNS over to a liar.
Run: `python tests/netns/real_packets.py`; prints a table and ends with status 1 when a verdict is not as expected.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

VANTAGE, ROUTER, SERVER = "mfmvantage", "mfmrouter", "mfmserver"
SITE, ADDRESS, NEUTRAL, GATE = "orda.test", "10.99.2.10", "10.99.2.20", "10.99.2.11"
BY_NAME = "iptables -A FORWARD -p tcp --dport {port} -m string --algo bm --string {name} -j {act}"
RESET = "REJECT --reject-with tcp-reset"
HIJACK = "nft add table ip n; nft add chain ip n p {{ type nat hook prerouting priority -100 \\; }}; nft add rule ip n p udp dport 53 dnat to 10.99.1.1:5353"
SCENARIOS = (
    ("nothing is filtered", "https", (), "ok"),
    ("drop by server name", "https", (BY_NAME.format(port=443, name=SITE, act="DROP"),), "blocked:tls-sni"),
    ("RST by server name", "https", (BY_NAME.format(port=443, name=SITE, act=RESET),), "blocked:tls-sni"),
    ("drop by address", "https", (f"iptables -A FORWARD -d {ADDRESS} -p tcp --dport 443 -j DROP",), "blocked:tcp"),
    ("RST by address", "https", (f"iptables -A FORWARD -d {ADDRESS} -p tcp --dport 443 -j {RESET}",), "blocked:tcp"),
    ("DNS turned over to a liar", "https", (HIJACK.replace("{{", "{").replace("}}", "}"),), "blocked:dns"),
    ("RST by Host header", "http", (BY_NAME.format(port=80, name=SITE, act=RESET),), "blocked:http-reset"),
    ("everything is dropped", "https", ("iptables -A FORWARD -j DROP",), "inconclusive"),
)


def sh(command: str, namespace: str = "", *, must: bool = True) -> None:
    """Run a shell command, in a namespace when named."""
    full = ["ip", "netns", "exec", namespace, "sh", "-c", command] if namespace else ["sh", "-c", command]
    done = subprocess.run(full, capture_output=True, text=True, check=False)
    if must and done.returncode:
        raise SystemExit(f"{command}: {done.stderr.strip()}")


def raise_network() -> None:
    """Namespaces, two cables, addresses and routes."""
    tear_down()
    for name in (VANTAGE, ROUTER, SERVER):
        sh(f"ip netns add {name}; ip -n {name} link set lo up")
    for left, one, right, other in ((VANTAGE, "v0", ROUTER, "r0"), (ROUTER, "r1", SERVER, "s0")):
        sh(f"ip link add {one} netns {left} type veth peer name {other} netns {right}")
        sh(f"ip -n {left} link set {one} up; ip -n {right} link set {other} up")
    sh(f"ip -n {VANTAGE} addr add 10.99.1.2/24 dev v0; ip -n {VANTAGE} route add default via 10.99.1.1")
    sh(f"ip -n {ROUTER} addr add 10.99.1.1/24 dev r0; ip -n {ROUTER} addr add 10.99.2.1/24 dev r1")
    for address in (ADDRESS, NEUTRAL, GATE, "10.99.2.12"):
        sh(f"ip -n {SERVER} addr add {address}/24 dev s0")
    sh(f"ip -n {SERVER} route add default via 10.99.2.1")
    sh("sysctl -qw net.ipv4.ip_forward=1", ROUTER)


def tear_down() -> None:
    """Remove the namespaces and with them the cables and rules."""
    for name in (VANTAGE, ROUTER, SERVER):
        sh(f"ip netns del {name}", must=False)


def lift_rules() -> None:
    """Forget every rule of the router."""
    sh("iptables -F FORWARD; nft delete table ip n 2>/dev/null; true", ROUTER)


async def serve_site(folder: Path) -> None:
    """The server side: origin on 443 and 80, two honest proxies, a resolver."""
    from crawler.rehearsal.censor import Censor
    from crawler.rehearsal.liar_dns import LiarDns, Saying
    from crawler.rehearsal.tls import ThrowAwayAuthority, server_context

    root = ThrowAwayAuthority(folder)
    context = server_context(root.leaf("neutral.test"), {SITE: root.leaf(SITE)})
    await asyncio.start_server(_answer, "0.0.0.0", 443, ssl=context)
    await asyncio.start_server(_answer, "0.0.0.0", 80)
    for host in (GATE, "10.99.2.12"):
        await Censor(host=host, port=1080).start()
    await LiarDns({SITE: Saying((ADDRESS,)), "neutral.test": Saying((NEUTRAL,))}, host=GATE, port=53).start()
    (folder / "roots.pem").write_bytes(root.pem)
    await asyncio.Event().wait()


async def serve_lies() -> None:
    """The router's resolver: a private address for the site."""
    from crawler.rehearsal.liar_dns import LiarDns, Saying

    await LiarDns({SITE: Saying(("10.10.34.36",)), "neutral.test": Saying((NEUTRAL,))}, host="10.99.1.1", port=5353).start()
    await asyncio.Event().wait()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.readuntil(b"\r\n\r\n")
        body = b"<title>Orda</title>" + b"<p>news of the day</p>" * 50
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
    except (OSError, EOFError):
        pass
    finally:
        writer.close()


def settings(folder: Path) -> Path:
    """The settings of the look: a direct line inside, two proxied controls."""
    control = '[[vantages]]\nid = "c{n}"\nis_control = true\nkind = "socks5"\naddress = "{host}:1080"\nresolver = {{kind = "tcp", address = "10.99.2.11:53"}}\n'
    text = f"""
data_dir = "{folder}"
trust_bundle = "{folder / "roots.pem"}"
neutral_sni = "neutral.test"
allow_inside = ["{GATE}", "10.99.2.12"]
[probing]
dns_timeout_s = 1.0
tcp_timeout_s = 1.5
tls_timeout_s = 1.5
first_byte_timeout_s = 2.0
tries_at_s = [0.0, 0.0]
networks = {{"10.99.2.0/24" = "AS64500"}}
foreign_canaries = ["{NEUTRAL}:80"]
[[vantages]]
id = "kz"
country = "KZ"
kind = "direct"
resolver = {{kind = "udp", address = "{GATE}:53"}}
sees_censorship = "yes"
{control.format(n=0, host=GATE)}
{control.format(n=1, host="10.99.2.12")}
"""
    file = folder / "mfm.toml"
    file.write_text(text, encoding="utf-8")
    return file


def look(scheme: str, file: Path) -> dict[str, object]:
    """One look from the vantage's namespace."""
    command = [
        "ip",
        "netns",
        "exec",
        VANTAGE,
        sys.executable,
        "-m",
        "scrapy",
        "probe",
        f"{scheme}://{SITE}/",
        "--config",
        str(file),
        "--json",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    lines = done.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else {"verdict": f"failed: {done.stderr.strip()[-300:]}", "reason": "", "rule_id": ""}


def play(folder: Path) -> int:
    """Every scenario; returns how many went wrong."""
    file, n_wrong = settings(folder), 0
    print(f"{'scenario':28} {'expected':20} {'got':20} reason (rule)")
    for name, scheme, rules, expected in SCENARIOS:
        for rule in rules:
            sh(rule, ROUTER)
        record = look(scheme, file)
        lift_rules()
        allowed = {expected, "vantage-offline"} if expected == "inconclusive" else {expected}
        n_wrong += record["verdict"] not in allowed
        print(f"{name:28} {expected:20} {record['verdict']:20} {record['reason']} ({record['rule_id']})", flush=True)
    return n_wrong


def main() -> int:
    """Raise the network, play, take it down."""
    if len(sys.argv) > 1:
        asyncio.run(serve_lies() if sys.argv[1] == "lies" else serve_site(Path(sys.argv[2])))
        return 0
    if os.geteuid() != 0:
        raise SystemExit("needs root: network namespaces and packet filters")
    raise_network()
    servers = []
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            me = [sys.executable, str(Path(__file__).resolve())]
            servers = [
                subprocess.Popen(["ip", "netns", "exec", SERVER, *me, "site", name]),
                subprocess.Popen(["ip", "netns", "exec", ROUTER, *me, "lies"]),
            ]
            deadline = time.monotonic() + 20
            while not (folder / "roots.pem").exists() and time.monotonic() < deadline:
                time.sleep(0.1)
            n_wrong = play(folder)
            print(f"{len(SCENARIOS) - n_wrong} of {len(SCENARIOS)} as expected, over real packets")
            return 1 if n_wrong else 0
    finally:
        for server in servers:
            server.kill()
            server.wait()
        tear_down()


if __name__ == "__main__":
    sys.exit(main())
