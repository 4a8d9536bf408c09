"""Five thousand healthy and broken runs are never called blocked; of a thousand runs with an artefact none is missed."""

import random
from dataclasses import replace

import pytest

from db.vocabulary import Failure
from pipelines.detectors.reachability.judge import Basis, Opinion, judge
from pipelines.detectors.reachability.tables import Fingerprint, Tables, load_tables
from tests.pipelines.detectors.reachability.worlds import ADDRESS, HOST, ISCA, LINES, TEXT, Book, View, leaf, run

RESET, EOF, TIMEOUT = Failure.CONNECTION_RESET, Failure.EOF_ERROR, Failure.GENERIC_TIMEOUT_ERROR
DEAD = (RESET, EOF, TIMEOUT, Failure.CONNECTION_REFUSED)
NETWORKS = {"127.0.2.0/24": "AS64500", "127.0.3.0/24": "AS64666"}
PARKED = {**TEXT, "title": "Domain for sale", "excerpt": "this domain is for sale", "n_words": 30, "sketch": [1], "text_sha256": "p"}
SUSPENDED = {**TEXT, "title": "Account Suspended", "excerpt": "this account has been suspended", "n_words": 20, "text_sha256": "s"}
CHALLENGE = {**TEXT, "title": "Just a moment...", "markup": "_cf_chl_opt", "n_words": 10, "sketch": [2], "text_sha256": "c"}


def tables() -> Tables:
    base = load_tables(None, None, NETWORKS)
    address = Fingerprint("kz", "nat", "dns", "full", "127.0.3.37", frozenset({"KZ"}))
    page = Fingerprint("isp", "isp", "header.location", "prefix", "http://blocked.isp.kz", frozenset({"KZ"}))
    return replace(base, dns=(address,), http=(page,))


TABLES = tables()


def opinion_of(book: Book) -> Opinion:
    return judge(book.rows, Basis(LINES, TABLES))[0]


def same(view: View):
    return lambda line, at: view


def healthy(rng: random.Random):
    view = View(status=rng.choice((200, 200, 204, 301)), seconds=rng.uniform(0.01, 1.5))
    here = replace(view, page={**TEXT, "title": rng.choice(("Orda", "New")), "text_sha256": "x", "sketch": [rng.randrange(99)]})
    return lambda line, at: here if line == "kz" else view


def walls(rng: random.Random):
    wall = rng.choice(
        (
            View(status=403, page=CHALLENGE),
            View(status=429),
            View(status=403),
            View(status=200, page=CHALLENGE),
            View(status=503, page=CHALLENGE),
        )
    )
    who = rng.choice((("kz",), ("c0", "c1"), ("kz", "c0", "c1"), ("c0",)))
    return lambda line, at: wall if line in who else View()


def server_trouble(rng: random.Random):
    bad = View(status=rng.choice((500, 502, 503, 404, 451, 403)))
    who = (
        rng.choice((("kz", "c0", "c1"), ("kz", "c0", "c1"), ("c0", "c1")))
        if bad.status == 451
        else rng.choice((("kz",), ("kz", "c0", "c1")))
    )
    return lambda line, at: bad if line in who else View()


def dead_for_all(rng: random.Random):
    kind = rng.choice(("dns", "servfail", "tcp", "tls", "certificate", "http"))
    failure = rng.choice(DEAD)
    view = {
        "dns": View(dns=rng.choice((Failure.DNS_NXDOMAIN_ERROR, Failure.DNS_NO_ANSWER, Failure.DNS_REFUSED_ERROR))),
        "servfail": View(dns=Failure.DNS_SERVFAIL_ERROR, unchecked=(ADDRESS,)),
        "tcp": View(tcp=failure),
        "tls": View(tls=rng.choice((RESET, EOF, TIMEOUT)), neutral=rng.choice((Failure.NONE, TIMEOUT))),
        "certificate": View(tls=Failure.SSL_INVALID_CERTIFICATE, fault="expired"),
        "http": View(status=0, http=rng.choice((RESET, EOF, TIMEOUT))),
    }[kind]
    return same(view)


def flapping(rng: random.Random):
    """Down in windows of time, for everybody alike."""
    windows = [(start, start + rng.uniform(1, 120)) for start in (rng.uniform(-60, 190) for _ in range(rng.randrange(1, 4)))]
    bad = rng.choice(
        (View(tcp=TIMEOUT), View(tls=RESET, neutral=RESET), View(tls=TIMEOUT, neutral=TIMEOUT), View(status=502), View(status=0, http=EOF))
    )
    return lambda line, at: bad if any(start <= at <= end + 2 for start, end in windows) else View()


def controls_lost(rng: random.Random):
    bad = rng.choice((View(tcp=Failure.CONNECTION_REFUSED, is_line_fault=True), View(tcp=TIMEOUT), View(dns=Failure.DNS_TIMEOUT)))
    here = rng.choice((View(), View(tcp=TIMEOUT), View(tls=TIMEOUT), View(tls=RESET), View(dns=Failure.DNS_NXDOMAIN_ERROR)))
    who = rng.choice((("c0", "c1"), ("c0",) if here == View() else ("c0", "c1")))
    return lambda line, at: here if line == "kz" else bad if line in who else View()


def parked_or_held(rng: random.Random):
    there = View(status=200, page=rng.choice((PARKED, SUSPENDED)))
    here = replace(there, page={**there.page, "text_sha256": "other", "length": rng.randrange(200, 9000)})
    return lambda line, at: here if line == "kz" else there


def cut_for_all(rng: random.Random):
    return same(View(is_cut=True, http=rng.choice((EOF, TIMEOUT)), page={**TEXT, "length": rng.randrange(1000, 60000)}))


def own_certificate_trouble(rng: random.Random):
    """A strange certificate at one site only that copies nothing: a box at home, perhaps; not proof enough."""
    view = View(tls=Failure.SSL_UNKNOWN_AUTHORITY, leaf=leaf(f"CN=box{rng.random()}", "strange", ("router.lan",), "z"))
    return lambda line, at: view if line == "kz" else View()


def line_is_lost(rng: random.Random):
    view = rng.choice((View(tcp=TIMEOUT), View(dns=Failure.DNS_TIMEOUT), View(tls=TIMEOUT), View(tcp=TIMEOUT, is_line_fault=True)))
    return lambda line, at: view if line == "kz" else View()


MODES = (
    healthy,
    walls,
    server_trouble,
    dead_for_all,
    flapping,
    controls_lost,
    parked_or_held,
    cut_for_all,
    own_certificate_trouble,
    line_is_lost,
)


@pytest.mark.parametrize("part", range(10))
def test_five_thousand_unblocked_runs_are_never_called_blocked(part: int) -> None:
    rng = random.Random(part)
    for _ in range(500):
        mode = rng.choice(MODES)
        book = Book(rng.choice(("https", "https", "https", "http")))
        if mode is line_is_lost:
            book.canaries("kz", foreign=False, domestic=False)
        elif rng.random() < 0.7:
            book.canaries("kz")
        moments = mode(rng)
        if book.scheme == "http" and mode in (own_certificate_trouble, walls, healthy, server_trouble):
            moments = same(moments("kz", 0))
        run(book, moments, rng)
        opinion = opinion_of(book)
        assert not opinion.is_blocked, (mode.__name__, book.scheme, opinion.ruling, opinion.controls.state)


def interception(rng: random.Random) -> View:
    trusted = rng.random() < 0.3
    return View(tls=Failure.NONE if trusted else Failure.SSL_UNKNOWN_AUTHORITY, leaf=leaf(ISCA, "forged", key="forged"))


def copied_certificate(rng: random.Random) -> View:
    return View(tls=Failure.SSL_UNKNOWN_AUTHORITY, leaf=leaf(f"CN=Any{rng.randrange(9)}", "forged", key="forged"))


def bogon(rng: random.Random) -> View:
    return View(addresses=(rng.choice(("10.10.34.36", "127.0.0.1", "192.168.1.1", "0.0.0.0")),), tcp=TIMEOUT)


def blockpage_address(rng: random.Random) -> View:
    return View(
        addresses=("127.0.3.37",), tls=rng.choice((RESET, TIMEOUT, Failure.SSL_UNKNOWN_AUTHORITY)), leaf=leaf("CN=isp", "isp", ("isp.kz",))
    )


def blockpage_redirect(rng: random.Random) -> View:
    return View(status=302, location=f"http://blocked.isp.kz/{rng.randrange(99)}", page={"title": "", "length": 0})


def refused_by_law(rng: random.Random) -> View:
    return View(status=451, page={**TEXT, "title": "451", "text_sha256": "451", "sketch": [5]})


def injected(rng: random.Random) -> View:
    return View(
        tls=Failure.SSL_FAILED_HANDSHAKE,
        first_bytes=b"Object not found\r\n",
        status=0,
        http=Failure.UNKNOWN_FAILURE,
        raw=b"Object not found\r\n",
    )


ARTEFACTS = {
    interception: ("https", "blocked:tls-mitm"),
    copied_certificate: ("https", "blocked:tls-mitm"),
    bogon: ("any", "blocked:dns"),
    blockpage_address: ("https", "blocked:dns"),
    blockpage_redirect: ("http", "blocked:http-blockpage"),
    refused_by_law: ("http", "blocked:http-451"),
    injected: ("any", "blocked:"),
}


def first_clean(view: View, until: float):
    return lambda line, at: view if line == "kz" and at > until else View()


@pytest.mark.parametrize("part", range(4))
def test_of_a_thousand_artefacts_none_is_missed(part: int) -> None:
    rng = random.Random(1000 + part)
    for _ in range(250):
        made, (scheme, expected) = rng.choice(list(ARTEFACTS.items()))
        book = Book(rng.choice(("http", "https")) if scheme == "any" else scheme)
        if rng.random() < 0.8:
            book.canaries("kz")
        view = made(rng)
        n_clean = rng.choice((0, 0, 0, 1)) if made in (interception, copied_certificate, bogon, injected) else 0
        run(book, first_clean(view, 60 * n_clean - 1), rng)
        if n_clean:  # a good first try ends the run before the artefact shows: play the bad try beside it
            book.look("kz", view, at=65, attempt=2)
        opinion = opinion_of(book)
        assert opinion.ruling.verdict.value.startswith(expected), (made.__name__, book.scheme, opinion.ruling, opinion.controls.state)


def test_no_rule_order_gives_two_verdicts_for_one_batch() -> None:
    rng = random.Random(7)
    book = Book()
    run(book, lambda line, at: View(tls=RESET) if line == "kz" else View(), rng)
    shuffled = list(book.rows)
    verdicts = set()
    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        verdicts.add(judge(shuffled, Basis(LINES, TABLES))[0].ruling.verdict)
    assert len(verdicts) == 1 and HOST in book.url
