"""How often news of a known case is seen where there is none: everyday texts walk past open cases of common names.

python -m benchmarks.following [--cases N] [--list]
The cases are those of the stories, and made-up ones about people and outlets of ordinary names. Prints how many texts
`case.followed` took for a step of a case, and how many of them would have alerted.
"""

import argparse
import asyncio
import json
import random
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.detection import everyday_texts
from benchmarks.linking import DEFAULT, feed
from benchmarks.linking_size import SOURCE, page
from crawler.config import Config
from crawler.items import Finding, Judgement, Page, Person
from db.connection import connect
from db.migrations import migrate
from db.vocabulary import AlertKind, Category, PartyRole, Stage
from pipelines.detectors import JudgeInput, judge
from pipelines.languages.outlets import OutletIndex
from pipelines.link import LinkPipeline
from pipelines.linking.follow import RULE_ID
from pipelines.store import StorePipeline

GIVEN = ("Александр", "Сергей", "Елена", "Дмитрий", "Нурлан", "Асель", "Марат", "Анна", "Айгуль", "Ерлан", "Олег", "Гульнара")
SURNAMES = ("Иванов", "Ким", "Сергеев", "Ахметов", "Смагулов", "Кузнецов", "Оспанов", "Попов", "Алиев", "Нургалиев", "Волков", "Соколов")
BRANDS = (
    "Время",
    "Новости недели",
    "Наш город",
    "Заман",
    "Егемен",
    "Караван",
    "Диапазон",
    "Айқын",
    "Жас Алаш",
    "Мегаполис",
    "Регион",
    "Арна",
)


def main() -> int:
    """Fill the cases, let the texts pass, print the count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--list", action="store_true", help="print each text that was taken for news of a case")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.cases, names_each=options.list)
    return 0


def measure(folder: Path, n_cases: int, *, names_each: bool) -> None:
    """Cases first, then every text through the judge and the link stage."""
    migrate(folder / "mfm.db")
    stories = [json.loads(line) for path in DEFAULT if path.exists() for line in path.read_text(encoding="utf-8").splitlines()]
    feed(stories, folder, None)
    config = Config(data_dir=folder)
    link = LinkPipeline(database=connect(folder / "mfm.db"), outlets=dict, config=config)
    store = StorePipeline(database=connect(folder / "mfm.db"), sources=lambda: (SOURCE,), config=config)
    fill(link, store, n_cases)
    n_known = store.database.conn.execute("select count(*) from court_case where merged_into is null").fetchone()[0]
    n_texts = n_followed = n_alerts = 0
    for number, (name, title, text) in enumerate(everyday_texts()):
        judgement = judge(JudgeInput(title=title, text=text or title), OutletIndex.build(()))
        sheet = replace_text(page(1_000_000 + number, "x", "x", None, 20_000), title, text or title, judgement)
        asyncio.run(link.process_item(sheet))
        followed = [finding for finding in sheet.judgement.findings if finding.rule_id == RULE_ID] if sheet.judgement else []
        n_texts += 1
        n_followed += any(followed)
        n_alerts += any(finding.alert_kind != AlertKind.NONE for finding in followed)
        if followed and names_each:
            print(f"  {followed[0].alert_kind} {followed[0].stage} {followed[0].people} {followed[0].outlets} {name}: {title[:200]}")
    print(f"{n_texts} everyday texts past {n_known} cases: {n_followed} taken for news of a case, {n_alerts} of them as an alert")
    link.close_spider()
    store.close_spider()


def fill(link: LinkPipeline, store: StorePipeline, n_cases: int) -> None:
    """Open made-up cases until there are as many as asked for."""
    chance = random.Random(11)
    for number in range(4 * n_cases):
        person = Person(name=f"{chance.choice(GIVEN)} {chance.choice(SURNAMES)}", role=PartyRole.JOURNALIST)
        finding = Finding(
            rule_id="r", rules_version="1", category=chance.choice((Category.DEFAMATION_CIVIL, Category.DEFAMATION_CRIMINAL)),
            stage=Stage.CLAIM_FILED, alert_kind=AlertKind.AT_ONCE, country="KZ",
            outlets=(chance.choice(BRANDS),) if number % 2 else (), people=(person,),
        )  # fmt: skip
        sheet = page(number, "x", "x", Stage.CLAIM_FILED, 17_000 + number)
        title = f"Суд: {person.name} {' '.join(finding.outlets)}"
        judgement = Judgement(language="ru", is_alert=True, alert_kind=AlertKind.AT_ONCE, findings=(finding,))
        asyncio.run(link.process_item(replace_text(sheet, title, title, judgement)))
        asyncio.run(store.process_item(sheet))
        if store.database.conn.execute("select count(*) from court_case").fetchone()[0] >= n_cases:
            return


def replace_text(sheet: Page, title: str, text: str, judgement: Judgement) -> Page:
    """The page with another text and what the judge says of it."""
    assert sheet.article
    sheet.article = replace(sheet.article, title=title, text=text)
    sheet.judgement = judgement
    return sheet


if __name__ == "__main__":
    raise SystemExit(main())
