"""The extract stage: every page gets an article, observations pass."""

import asyncio
from datetime import UTC, datetime

from crawler.items import Observation, Page
from crawler.sources import Selectors, Source
from db.vocabulary import ObservationStep
from pipelines.extract import ExtractPipeline, extract, page_rules
from tests.pipelines.reading.captures import capture, page

SOURCE = Source(
    id="kz_jangaqala",
    outlet="Жаңа қала",
    outlet_ru="Новый город",
    country="KZ",
    languages=("ru", "kk"),
    selectors=Selectors(columns={"court": "td"}),
)


class Counts(dict[str, int]):
    """Counts as a run does."""

    def inc_value(self, name: str) -> None:
        self[name] = self.get(name, 0) + 1


def test_page_gets_its_article_and_one_outcome() -> None:
    counts = Counts()
    stage = ExtractPipeline(source_of=lambda source_id: SOURCE, stats=counts)  # type: ignore[arg-type]
    item = asyncio.run(stage.process_item(Page(capture=capture(page()))))
    assert item.article.title == "Суд оправдал редактора газеты"
    assert counts == {"mfm/extract/article": 1}


def test_observations_pass_untouched() -> None:
    seen = Observation(
        source_id="kz_jangaqala",
        run_id="r",
        url="https://x",
        step=ObservationStep.DNS,
        vantage="direct",
        observed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert asyncio.run(ExtractPipeline(source_of=lambda source_id: None).process_item(seen)) is seen


def test_a_source_that_is_no_longer_known_is_read_by_general_rules() -> None:
    assert extract(capture(page()), None).page_class == "article"


def test_rules_carry_what_the_entry_says() -> None:
    rules = page_rules(SOURCE)
    assert rules.outlet_names[:2] == ("Жаңа қала", "Новый город") and rules.is_regional and rules.is_kazakh
    assert rules.columns == (("court", "td"),)
