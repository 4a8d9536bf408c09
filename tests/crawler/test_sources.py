"""Source files: every entry loads, every fact of the reference is kept, every fault is one clear line."""

from pathlib import Path

import pytest
import yaml

from crawler.config import ConfigError
from crawler.sources import load_sources, parse_cadence, read_source_file

SOURCES = Path("crawler/sources")
REFERENCE = Path("../shared/reference/watchlist.yaml")
ENTRY = """
  - id: kz_polosa
    outlet: Полоса 7
    country: KZ
    urls:
      - {url: "https://polosa.example/feed", kind: feed}
"""


def test_every_file_loads_and_ids_are_unique() -> None:
    sources = load_sources(SOURCES)
    assert len({source.id for source in sources}) == len(sources) >= 204
    assert {source.country for source in sources} == {"KZ", "RU", "UA", "KG", "UZ", "BY", "INT"}


def test_historic_sources_are_known_by_name_and_never_read() -> None:
    historic = [source for source in load_sources(SOURCES) if source.is_historic]
    assert len(historic) == 19
    assert not any(source.is_crawlable for source in historic)
    assert all(source.aliases for source in historic)


def test_dead_feeds_stay_in_the_file_but_are_not_read() -> None:
    vlast = next(source for source in load_sources(SOURCES, ("kz",)) if source.id == "kz_vlast")
    assert "https://vlast.kz/rss" in {address.url for address in vlast.urls}
    assert "https://vlast.kz/rss" not in {address.url for address in vlast.living_urls}


def test_facts_of_the_reference_are_kept() -> None:
    known = {source.id: source for source in load_sources(SOURCES)}
    entries = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))["sources"] if REFERENCE.exists() else []
    for entry in entries:
        source = known[entry["id"].replace("-", "_")]
        assert source.homepage == (entry["homepage"] or "")
        assert source.homepage_verified == entry["homepage_verified"]
        assert set(entry["aliases"]) <= set(source.aliases)
        assert [list(stems) for stems in source.alias_stems] == entry["alias_stems"]
        assert source.is_historic == entry["historic"]
        verified = {address.url: address.verified for address in source.urls}
        assert all(verified[feed["url"]] == feed["verified"] for feed in entry["feeds"])
    assert len(known) >= len(entries)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sources:\n" + ENTRY + "    colour: red\n", ["kz.yaml", "kz_polosa", "colour"]),
        ("sources: [", ["kz.yaml", "YAML"]),
        ("sources:\n\t- id: x\n", ["kz.yaml", "YAML"]),
        ("sources:\n" + ENTRY + ENTRY, ["kz_polosa", "twice"]),
        ("sources:\n" + ENTRY.replace("KZ", "Kazakhstan"), ["kz_polosa", "country"]),
        ("sources:\n" + ENTRY.replace("kz_polosa", "ru_polosa"), ["ru_polosa", "must begin with kz_"]),
        ("sources:\n" + ENTRY.replace("kz_polosa", "kz-polosa"), ["kz-polosa", "id"]),
        ("sources:\n" + ENTRY.replace("https://", "file:///"), ["kz_polosa", "url"]),
        ("sources:\n" + ENTRY + "    cadence: often\n", ["kz_polosa", "cadence", "30min"]),
        ("sources:\n" + ENTRY + "    expect: {min_items: -1}\n", ["kz_polosa", "expect.min_items"]),
        ("sources: {a: 1}", ["kz.yaml", "sources", "list"]),
        ("- only a list", ["kz.yaml", "sources"]),
        ("sources:\n  - just words\n", ["kz.yaml", "number 1", "mapping"]),
        ("a: &a [x]\nsources: [*a, *a]\n", ["kz.yaml", "aliases"]),
    ],
)
def test_a_fault_is_one_line_that_names_file_entry_and_key(tmp_path: Path, body: str, words: list[str]) -> None:
    (tmp_path / "kz.yaml").write_text(body, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_sources(tmp_path, ("kz",))
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "kz.yaml").write_bytes(b"sources:\n  - outlet: \xff\xfe")
    with pytest.raises(ConfigError, match=r"kz\.yaml"):
        read_source_file(tmp_path / "kz.yaml")


def test_an_unknown_country_is_named_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="xx.*kz"):
        load_sources(SOURCES, ("xx",))


@pytest.mark.parametrize(("text", "seconds"), [("30min", 1800), ("2h", 7200), ("1d", 86400)])
def test_cadence(text: str, seconds: int) -> None:
    assert parse_cadence(text).total_seconds() == seconds
