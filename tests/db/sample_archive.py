"""A small archive written through the store's own door: two outlets, a case with three reports, a blocking, a run that failed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from db.connection import connect, write
from db.identity import capture_id, content_id
from db.migrations import migrate
from db.queries.store import store_observation, store_page, upsert_sources
from db.queries.times import iso
from db.records import (
    ArticleRecord,
    CaptureRecord,
    DateRecord,
    EvidenceRecord,
    FindingRecord,
    LinkRecord,
    ObservationRecord,
    PageRecord,
    PartyRecord,
    SourceRecord,
    StoredIds,
)

NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
QUOTE = "подала иск к газете «Алатау Обзор»"
TEXT = f"Компания «Ак Кайнар» {QUOTE} о защите деловой репутации и просит взыскать 20 миллионов тенге. Суд назначил заседание на 14 апреля."


def source(name: str, **changes: object) -> SourceRecord:
    plain = SourceRecord(
        id=name,
        outlet_id=name,
        outlet_name=name.partition("_")[2].title(),
        country="KZ",
        kind="feed",
        outlet_kind="outlet",
        cadence_s=7200,
        max_silence_s=259200,
        url=f"https://{name}.example/rss",
        languages="ru",
    )
    return replace(plain, **changes)


def capture(url: str, *, source_id: str = "kz_polosa", at: datetime = NOW, **changes: object) -> CaptureRecord:
    sha256 = str(changes.pop("body_sha256", content_id(url) * 3))[:64]
    plain = CaptureRecord(
        id=capture_id(source_id, url, sha256),
        run_id=f"run-{source_id}",
        source_id=source_id,
        role="article",
        url=url,
        final_url=url,
        status=200,
        body_sha256=sha256,
        body_bytes=1234,
        archive_path="kz/kz_polosa/2026/03/run.warc.gz",
        archive_offset=10,
        archive_length_bytes=500,
        record_id="urn:uuid:1",
        captured_at=at,
        mime="text/html",
        page_class="article",
    )
    return replace(plain, **changes)


def article(url: str, title: str, text: str = TEXT, *, outlet_id: str = "kz_polosa", **changes: object) -> ArticleRecord:
    plain = ArticleRecord(
        id=content_id("article", outlet_id, url),
        outlet_id=outlet_id,
        canonical_url=url,
        title=title,
        text=text,
        text_fingerprint=content_id(title, text),
        title_folded=title.lower(),
        search_text=f"{title} {text}".lower(),
        language="ru",
        published=DateRecord(at=NOW, on=NOW.date(), precision="moment", basis="json_ld"),
        near_bands=(content_id(text)[:8],),
        extractor="text",
    )
    return replace(plain, **changes)


def finding(**changes: object) -> FindingRecord:
    start = TEXT.index(QUOTE)
    plain = FindingRecord(
        rule_id="defamation_civil.claim.ru.1",
        rules_version="1",
        category="defamation_civil",
        confidence=0.9,
        alert_kind="at_once",
        stage="claim_filed",
        outcomes=(),
        outlets=("Алатау Обзор",),
        people=(("Вера Тихомирова", "editor"),),
        opponents=("Ак Кайнар",),
        provisions=(("kz-cc-143", "143", ""),),
        amounts=((20_000_000.0, "KZT", "claimed"),),
        court="Жетысуский районный суд",
        hearing_at="2026-04-14",
        country="KZ",
        reason="a claim for reputation was filed against an outlet",
        evidence=(EvidenceRecord(start=start, end=start + len(QUOTE), quote=QUOTE, rule_id="defamation_civil.claim.ru.1"),),
        link=link(),
    )
    return replace(plain, **changes)


def link(stage: str = "claim_filed", **changes: object) -> LinkRecord:
    case_id = str(changes.get("case_id", "case-1"))
    plain = LinkRecord(
        case_id=case_id,
        alert_id=content_id("alert", case_id, stage),
        should_alert=True,
        basis="first_filing",
        score=0.8,
        reason="First mention of these parties in 400 days.",
        procedure="civil",
        case_title="Ак Кайнар v. Алатау Обзор",
        outlet_id="kz_alatau",
        outlet_name="Алатау Обзор",
        subject_key="alatau",
        alert_title=f"Defamation civil: Алатау Обзор, {stage.replace('_', ' ')}",
        severity=4,
        event_kind=stage,
        parties=(
            PartyRecord(kind="outlet", name="Алатау Обзор", key="lt bzr", role="outlet"),
            PartyRecord(kind="person", name="Вера Тихомирова", key="vr thmrv", role="editor"),
            PartyRecord(kind="unknown", name="Ак Кайнар", key="k knr", role="claimant"),
        ),
    )
    return replace(plain, **changes)


def blocking(**changes: object) -> FindingRecord:
    where = LinkRecord(
        incident_id="incident-1",
        alert_id=content_id("alert", "incident-1", "enforced"),
        should_alert=True,
        basis="first_filing",
        reason="First report.",
        outlet_id="kz_polosa",
        outlet_name="Полоса 7",
        subject_key="pls",
        incident_kind="blocking",
        incident_state="open",
        alert_title="Blocking: Полоса 7, enforced",
        severity=5,
        event_kind="enforced",
    )
    plain = finding(
        rule_id="blocking.enforced.ru.1",
        category="blocking",
        stage="enforced",
        amounts=(),
        hearing_at="",
        opponents=(),
        provisions=(),
        court="",
        outlets=("Полоса 7",),
        people=(),
        link=where,
    )
    return replace(plain, **changes)


def page(url: str, title: str, *findings: FindingRecord, **changes: object) -> PageRecord:
    at = changes.pop("at", NOW)
    source_id = str(changes.pop("source_id", "kz_polosa"))
    assert isinstance(at, datetime)
    plain = PageRecord(
        capture=capture(url, source_id=source_id, at=at),
        article=article(url, title, outlet_id=source_id),
        findings=findings,
        is_judged=True,
        now=at,
    )
    return replace(plain, **changes)


def hostile_page(number: int, words: str, *, n_lines: int) -> PageRecord:
    """A page whose every text comes from an enemy, with a finding, a case and an alert of the same words."""
    url = f"https://kz_polosa.example/h{number}?{words}"
    event = finding(
        reason=words, outlets=(words,), opponents=(words,), court=words, case_number=words, place=words, outcomes=(words,),
        link=link(case_id=f"h{number}", case_title=words, alert_title=words, alert_summary=words, reason=words, outlet_name=words),
    )  # fmt: skip
    item = page(url, words, event, replace(blocking(), reason=words))
    return replace(item, article=article(url, words, f"{words}\n" * n_lines, byline=words, diff=f"+{words}\n-{words}"))


def one_alert(path: Path) -> Database:
    """A fresh database with two sources and one article that raised one alert."""
    migrate(path)
    db = connect(path)
    upsert_sources(db, [source("kz_polosa"), source("kz_alatau")])
    url = "https://kz_polosa.example/n/1"
    record = PageRecord(capture=capture(url), article=article(url, "Иск"), findings=(finding(),), is_judged=True, now=NOW)
    assert store_page(db, record).alert_ids
    return db


def empty_archive(path: Path) -> Database:
    """An archive with three sources, a run of each, and a look of today, so that today means today."""
    migrate(path)
    db = connect(path)
    sources = [source("kz_polosa"), source("kz_alatau"), source("kz_tihiy", max_silence_s=3600)]
    upsert_sources(db, sources)
    write(db, lambda db: [add_run(db, each.id) for each in sources])
    write(db, lambda db: add_run(db, "kz_polosa", id="run-today", started_at=iso(datetime.now(UTC))))
    return db


def add_run(db: Database, source_id: str, *, state: str = "ok", **changes: object) -> None:
    row = {"id": f"run-{source_id}", "source_id": source_id, "state": state, "started_at": iso(NOW), "reason": "", "is_baseline": 0}
    db.conn.execute(
        "insert into crawl_run (id, source_id, spider, started_at, state, reason, is_baseline) "
        "values (:id, :source_id, 'feed', :started_at, :state, :reason, :is_baseline)",
        row | changes,
    )


def fill(db: Database) -> list[StoredIds]:
    """A claim, its rewording by another outlet, the verdict, a blocking and an observation."""
    later = NOW + timedelta(days=1)
    verdict = finding(
        stage="verdict",
        amounts=((1_500_000.0, "KZT", "awarded"),),
        event_on="2026-03-31",
        hearing_at="",
        link=link("verdict", basis="new_stage"),
    )
    copy = replace(
        page("https://kz_alatau.example/2", "Газету судят", finding(), source_id="kz_alatau", at=later),
        article=article(
            "https://kz_alatau.example/2",
            "Газету судят",
            outlet_id="kz_alatau",
            copy_of=content_id("article", "kz_polosa", "https://kz_polosa.example/1"),
            similarity=0.9,
        ),
    )
    stored = [
        store_page(db, page("https://kz_polosa.example/1", "На «Алатау Обзор» подали в суд", finding())),
        store_page(db, copy),
        store_page(db, page("https://kz_polosa.example/3", "Суд взыскал", verdict, at=later + timedelta(days=1))),
        store_page(db, page("https://kz_polosa.example/4", "Сайт «Полоса 7» заблокирован", blocking(), at=later)),
        store_page(db, page("https://kz_polosa.example/5", "Погода на завтра", at=later)),
    ]
    store_observation(
        db,
        ObservationRecord(
            source_id="kz_polosa",
            run_id="run-kz_polosa",
            url="https://kz_polosa.example/",
            step="dns",
            vantage="direct",
            observed_at=NOW,
            failure="dns_nxdomain_error",
        ),
    )
    return stored


def census(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that is not a shadow of the text index."""
    names = [row[0] for row in db.conn.execute("select name from sqlite_master where type = 'table' and name not like 'article_fts%'")]
    return {name: db.conn.execute(f"select * from {name} order by 1, 2").fetchall() for name in sorted(names)}


DAY = date(2026, 3, 30)
