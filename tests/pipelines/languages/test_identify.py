"""Language of short texts: Kazakh with few everyday words, Russian with Kazakh names."""

import pytest

from pipelines.languages.identify import identify
from pipelines.text import fold


@pytest.mark.parametrize(
    "text",
    [
        "«Кешкі Талас» телеарнасы лицензиядан айырылды. Министрлік телеарнаны лицензиядан айырды, хабар таратуы тоқтатылды.",
        "Апталықтың тіркеу куәлігі жойылды.",
    ],
)
def test_kazakh_is_known_without_its_everyday_words(text: str) -> None:
    assert identify(fold(text).text) == ("kk", "cyrl")


@pytest.mark.parametrize(
    "text",
    [
        "Главного редактора газеты «Шаһар үні» Марата Толыбая задержали по подозрению в вымогательстве.",
        "Газета «Алтын сақа» и портал «Кешкі Талас» были оштрафованы на крупные суммы.",
    ],
)
def test_kazakh_names_in_quotes_leave_a_text_russian(text: str) -> None:
    assert identify(fold(text).text)[0] == "ru"
