"""Which rows of a court list concern a watched outlet."""

import pytest

from crawler.items import CourtRow
from db.vocabulary import PartyRole
from pipelines.languages.outlets import OutletEntry, OutletIndex
from pipelines.linking.court_rows import media_rows

OUTLETS = OutletIndex.build([OutletEntry(id="kz_polosa", name="Алатау Полоса")])


@pytest.mark.parametrize(
    ("parties", "subject", "claimants"),
    [
        ("АО «Кайнар» – газета «Алатау Полоса», Сапарова А.", "О защите чести и достоинства", ("АО «Кайнар»",)),
        ("«Кайнар» АҚ — «Алатау Полоса» газеті", "Ар-намысты қорғау туралы", ("«Кайнар» АҚ",)),
        ("газета «Алатау Полоса» - АО «Кайнар»", "О защите деловой репутации", None),
        ("АО «Кайнар» – газета «Алатау Полоса»", "О взыскании арендной платы", None),
        ("АО «Кайнар» – Иванов И.", "О защите чести", None),
        ("", "О защите чести", None),
    ],
)
def test_only_an_outlet_that_is_sued_over_honour_counts(parties: str, subject: str, claimants: tuple[str, ...] | None) -> None:
    row = CourtRow(case_number="2-1/26", parties=((parties, PartyRole.OTHER),) if parties else (), subject=subject)
    found = [(one.outlet_id, one.claimants) for one in media_rows([row], OUTLETS)]
    assert found == ([("kz_polosa", claimants)] if claimants else [])
    assert media_rows([CourtRow(parties=row.parties, subject=subject)], OUTLETS) == (), "a row without a number is no case"
