"""The dedupe stage with the store behind it: the same thing twice is one thing, a change is a version, a copy names its original."""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from scrapy.exceptions import DropItem

from crawler.config import Config
from crawler.items import Archived, Capture, Hint, Page
from crawler.sources import Source
from db.connection import connect
from db.migrations import migrate
from db.vocabulary import CaptureRole
from pipelines.dedupe import DedupePipeline
from pipelines.extract import extract
from pipelines.store import StorePipeline
from tests.pipelines.reading.captures import NOW, PARAGRAPHS, URL, capture, page
from tests.pipelines.test_extract import Counts

SOURCES = {name: Source(id=name, outlet=name.title(), country="KZ", languages=("ru", "kk")) for name in ("kz_jangaqala", "kz_agency")}


class House:
    """Extract, dedupe and store over one fresh database; each call is a run of its own unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self.config = Config(data_dir=folder)
        migrate(self.config.database_path)
        self.db = connect(self.config.database_path)
        self.counts = Counts()
        self.store = StorePipeline(database=self.db, sources=lambda: tuple(SOURCES.values()), config=self.config)
        self.stage = self.new_run()

    def new_run(self) -> DedupePipeline:
        """A dedupe stage that remembers nothing but the database."""
        return DedupePipeline(database=self.db, now=lambda: NOW, source_of=SOURCES.get, stats=self.counts)  # type: ignore[arg-type]

    def see(self, taken: Capture, *, same_run: bool = False) -> Page:
        """One page through the three stages."""
        self.stage = self.stage if same_run else self.new_run()
        sha256 = hashlib.sha256(taken.body).hexdigest()
        item = Page(capture=taken, archived=Archived(body_sha256=sha256, archive_path="a", offset=0, length_bytes=1, record_id="r"))
        item.article = extract(taken, SOURCES.get(taken.source_id))
        item = asyncio.run(self.stage.process_item(item))
        return asyncio.run(self.store.process_item(item))

    def one(self, sql: str) -> object:
        """The one value of a query."""
        return self.db.conn.execute(sql).fetchone()[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.db.close()


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def test_first_seen_then_same_body_is_dropped_and_touched(house: House) -> None:
    first = house.see(capture(page()))
    assert first.identity and first.identity.is_first_seen and first.identity.is_new_version
    with pytest.raises(DropItem) as dropped:
        house.see(capture(page(), fetched_at=at(1)))
    assert dropped.value.log_level == "DEBUG"
    assert (house.one("select n_seen from capture"), house.one("select count(*) from article_version")) == (2, 1)
    assert house.counts == {"mfm/dedupe/first_seen": 1, "mfm/dedupe/same_body": 1}


def test_al1_other_bytes_with_the_same_text_are_no_version(house: House) -> None:
    house.see(capture(page()))
    again = house.see(capture(page(below="<img src='avatar.php?timestamp=1616005'><script>token='a9'</script>"), fetched_at=at(1)))
    assert again.identity and not again.identity.is_new_version and again.identity.change == "none"
    assert house.one("select n_versions from article") == 1


def test_al3_al4_edits_are_versions_of_one_article_with_grade_and_diff(house: House) -> None:
    house.see(capture(page()))
    edited = house.see(
        capture(
            page(*(p.replace("пять миллионов", "семь миллионов") for p in PARAGRAPHS), title="Суд полностью оправдал редактора газеты"),
            fetched_at=at(2),
        )
    )
    assert edited.identity and not edited.identity.is_first_seen and edited.identity.change == "fact"
    assert "семь миллионов" in edited.identity.diff
    assert (house.one("select count(*) from article"), house.one("select n_versions from article")) == (1, 2)
    assert house.one("select change from article_version where number = 2") == "fact"


def test_dt9_first_publication_date_stays_when_the_site_overwrites_it(house: House) -> None:
    head = '<meta property="article:published_time" content="2026-10-01T08:00:00+05:00">'
    house.see(capture(page(head=head)))
    house.see(capture(page(*PARAGRAPHS, "Добавлен абзац о 7 свидетелях.", head=head.replace("10-01", "11-20")), fetched_at=at(5)))
    assert (house.one("select published_on from article"), house.one("select n_versions from article")) == ("2026-10-01", 2)


def test_dt9_a_date_that_comes_later_fills_the_gap(house: House) -> None:
    house.see(capture(page()))
    house.see(
        capture(
            page(*PARAGRAPHS, "Добавлен абзац.", head='<meta property="article:published_time" content="2026-11-20T08:00:00+05:00">'),
            fetched_at=at(5),
        )
    )
    assert (house.one("select published_on from article"), house.one("select published_basis from article")) == ("2026-11-20", "meta")


def test_al4_the_same_line_in_many_articles_is_the_template(house: House) -> None:
    urls = [f"https://jangaqala.example/n/{number}-x" for number in range(101, 105)]
    texts = [tuple(f"{paragraph} Дело номер {number}, заседание {number}." for paragraph in PARAGRAPHS) for number in range(4)]
    for url, text in zip(urls, texts, strict=True):
        house.see(capture(page(*text, title=f"Дело номер {url[-5:-2]} рассмотрено"), url=url))
    added = "Подробности о Редакции и её 12 проектах вы найдёте в разделе о нас."
    grades = [
        house.see(capture(page(*text, added, title=f"Дело номер {url[-5:-2]} рассмотрено"), url=url, fetched_at=at(1))).identity.change  # type: ignore[union-attr]
        for url, text in zip(urls, texts, strict=True)
    ]
    assert grades == ["fact", "fact", "template", "template"]


def test_al2_error_page_between_two_good_ones_changes_nothing(house: House) -> None:
    house.see(capture(page()))
    wall = house.see(capture("<title>Just a moment...</title><p>Verifying you are human</p>", status=429, fetched_at=at(1)))
    assert wall.identity is None
    good = house.see(capture(page(), fetched_at=at(2)))
    assert good.identity and not good.identity.is_new_version
    assert house.one("select n_versions from article") == 1


def test_fd1_headline_in_the_address_is_edited(house: House) -> None:
    first = house.see(capture(page(title="Суд отложил дело редактора"), url="https://jangaqala.example/n/77-sud-otlozhil"))
    moved = house.see(capture(page(title="Суд перенёс дело редактора"), url="https://jangaqala.example/n/77-sud-perenes", fetched_at=at(1)))
    assert first.identity and moved.identity and moved.identity.article_id == first.identity.article_id
    assert moved.identity.is_new_version and moved.identity.canonical_url.endswith("77-sud-otlozhil")


def test_ur8_canonical_link_of_every_article_leads_to_the_front_page(house: House) -> None:
    head = '<link rel="canonical" href="https://jangaqala.example/">'
    one = house.see(capture(page(head=head), url="https://jangaqala.example/n/1-a"))
    two = house.see(
        capture(
            page(
                "Совсем другой текст о погоде и дорогах области, опубликованный редакцией сегодня утром.",
                title="Погода на завтра",
                head=head,
            ),
            url="https://jangaqala.example/n/2-b",
        )
    )
    assert one.identity and two.identity and one.identity.article_id != two.identity.article_id


def test_ur8_canonical_link_claimed_by_pages_with_other_titles(house: House) -> None:
    head = '<link rel="canonical" href="https://jangaqala.example/stati/obshchaya-stranitsa-materialov">'
    house.see(capture(page(head=head), url="https://jangaqala.example/a/obshchaya-stranitsa-materialov"))
    other = house.see(
        capture(
            page(
                *("Совсем другой текст о погоде, дорогах и снеге в области, который редакция опубликовала сегодня." * 1 for _ in range(3)),
                title="Погода",
                head=head,
            ),
            url="https://jangaqala.example/b/obshchaya-stranitsa-materialov",
        )
    )
    assert other.identity and other.identity.is_first_seen and "/b/" in other.identity.canonical_url


def test_ur10_host_variants_and_marks_are_one_article(house: House) -> None:
    house.see(capture(page()))
    other = house.see(capture(page(below="<p>.</p>"), url=URL.replace("https://", "http://www.") + "?utm_source=rss", fetched_at=at(1)))
    assert other.identity and not other.identity.is_first_seen
    assert house.one("select count(*) from article") == 1


@pytest.mark.parametrize("same_run", [True, False])
def test_wire_copy_names_the_original(house: House, same_run: bool) -> None:
    wire = house.see(replace(capture(page(), url="https://agency.example/1"), source_id="kz_agency"))
    copy = house.see(
        capture(page("По сообщению агентства.", *PARAGRAPHS, title="Редактора газеты оправдали"), fetched_at=at(1)), same_run=same_run
    )
    assert wire.identity and copy.identity and copy.identity.copy_of == wire.identity.article_id
    assert copy.identity.is_first_seen and copy.identity.similarity > 0.6
    assert house.one("select count(*) from article where copy_of is not null") == 1


def test_ex1_bl2_the_same_text_on_several_addresses_is_no_article(house: House) -> None:
    notice = (
        "Уважаемые читатели, по решению редакции раздел временно переехал на новую площадку.",
        "Пожалуйста, загляните сюда через несколько дней, материалы вернутся на прежние места.",
    )
    seen = [
        house.see(capture(page(*notice, title=f"Материал под номером {number} редакции"), url=f"https://jangaqala.example/n/{number}-x"))
        for number in range(201, 206)
    ]
    assert [bool(item.identity) for item in seen] == [True, True, False, False, False]
    assert house.counts["mfm/dedupe/no_text_of_its_own"] == 3


def test_ht7_half_an_answer_never_replaces_the_whole(house: House) -> None:
    house.see(capture(page()))
    html = page()
    half = house.see(capture(html[: html.index("сведения в публикации")], fetched_at=at(1)))
    assert half.identity is None and "апелляционной" in str(house.one("select text from article"))
    shorter = house.see(capture(page(*PARAGRAPHS[:3]), fetched_at=at(2)))
    assert shorter.identity and shorter.identity.is_new_version, "a paragraph that the editors took out is a version"


def test_same_article_twice_in_one_run_is_one_article(house: House) -> None:
    first = house.see(capture(page()))
    again = house.see(capture(page(below="<i>x</i>"), url=URL + "?from=main", fetched_at=at(0.1)), same_run=True)
    assert first.identity and again.identity and again.identity.article_id == first.identity.article_id


def test_entry_of_an_article_that_is_known_in_full_is_dropped(house: House) -> None:
    house.see(capture(page()))
    with pytest.raises(DropItem):
        house.see(capture("<item/>", role=CaptureRole.ENTRY, hint=Hint(title="Суд оправдал", summary="Коротко о деле."), fetched_at=at(1)))
    assert "Истец" in str(house.one("select text from article"))


def test_full_text_after_an_entry_is_a_version_without_a_change(house: House) -> None:
    house.see(capture("<item/>", role=CaptureRole.ENTRY, hint=Hint(title="Суд оправдал редактора газеты", summary="Коротко о деле.")))
    full = house.see(capture(page(), fetched_at=at(1)))
    assert full.identity and full.identity.is_new_version and not full.identity.is_first_seen and full.identity.change == "none"


def test_removal_needs_two_looks_an_hour_apart_and_is_told_once(house: House) -> None:
    known = house.see(capture(page()))
    gone = "<h1>404</h1><p>Страница не найдена</p>"
    assert house.see(capture(gone, status=404, fetched_at=at(24))).identity is None
    assert house.see(capture(gone + " ", status=404, fetched_at=at(24.5))).identity is None
    removed = house.see(capture(gone, status=404, fetched_at=at(26)))
    assert (
        removed.identity
        and known.identity
        and removed.identity.article_id == known.identity.article_id
        and removed.identity.change == "removed"
    )
    assert house.one("select is_removed from article") == 1
    assert house.see(capture(gone, status=404, fetched_at=at(40))).identity is None


def test_restored_article_is_a_version(house: House) -> None:
    house.see(capture(page()))
    for hours in (24, 26):
        house.see(capture("<h1>404</h1>Страница не найдена", status=404, fetched_at=at(hours)))
    back = house.see(capture(page(), fetched_at=at(30)))
    assert back.identity and back.identity.change == "restored" and back.identity.is_new_version
    assert house.one("select is_removed from article") == 0


def test_no_page_but_an_article_gets_an_identity(house: House) -> None:
    feed = house.see(capture("<rss><channel/></rss>", role=CaptureRole.FEED, url="https://jangaqala.example/rss"))
    assert feed.identity is None and house.one("select count(*) from article") == 0


def test_court_list_is_kept_as_capture(house: House) -> None:
    court = house.see(
        capture("<table><tr><th>№ дела</th><th>Судья</th></tr><tr><td>2-12/2026</td><td>К.</td></tr></table>", role=CaptureRole.COURT)
    )
    assert court.identity is None and house.one("select page_class from capture") == "court_list"
