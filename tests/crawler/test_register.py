"""The register spider asks about each address once, archives the answers as they came, and says when they are none."""

from collections.abc import Callable

from tests.conftest import House
from tests.local_site import LocalSite

JSON = {"Content-Type": "application/json"}


def test_each_address_is_asked_and_its_answer_kept(local_site: LocalSite, house: Callable[..., House]) -> None:
    site = local_site
    site.put("/robots.txt", "")
    site.put("/banned?url=a.example", '[{"id": 1, "urladdress": "http://a.example"}]', headers=JSON)
    site.put("/banned?url=b.example", "[]", headers=JSON)
    site.put("/banned?url=c.example", "<html>sign in</html>", headers={"Content-Type": "text/html"})
    it = house(site)
    it.write_source("kz_register", kind="registry", search_url=site.url("/banned?url={q}"), is_enabled=False)
    crawl = it.crawl("kz_register", "-a", "domains=a.example,b.example,c.example", spider="register")
    outcomes = {url.removeprefix(site.url("/banned?url=")): outcome for url, outcome in crawl.outcomes().items()}
    assert outcomes == {"a.example": "ok", "b.example": "ok", "c.example": "parse_error"}
    assert len(crawl.rows("select 1 from capture where status = 200")) == 3
    assert crawl.rows("select 1 from article") == [], "an answer is no article"
    assert [row["state"] for row in crawl.rows("select state from crawl_run")] == ["ok"]


def test_a_source_without_a_look_up_is_refused(house: Callable[..., House]) -> None:
    it = house()
    it.write_source("kz_paper", ("feed", "https://paper.example/rss"))
    crawl = it.crawl("kz_paper", spider="register")
    assert crawl.status != 0
    assert "no search_url" in crawl.errors
