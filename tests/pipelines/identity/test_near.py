"""Signatures and fingerprints of texts."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.identity.near import bands, fingerprint, near_key, similarity

TEXT = (
    "Суд города Новоозерска оправдал редактора газеты по делу о защите чести и достоинства. Истец, бывший чиновник акимата, требовал взыскать "
    "пять миллионов тенге и опровергнуть статью. Судья отказала в иске полностью и отметила, что сведения подтверждены документами. "
    "Представитель истца заявил, что будет обжаловать решение в апелляционной инстанции в установленный законом срок."
)


def test_fingerprint_ignores_what_nobody_reads() -> None:
    assert fingerprint("Суд", TEXT) == fingerprint("СУД ", TEXT.replace(" ", "\u00a0 ").replace("чести", "чес\u00adти"))
    assert fingerprint("Суд", TEXT) != fingerprint("Суд", TEXT.replace("пять", "шесть"))


def test_copies_share_bands_and_others_do_not() -> None:
    copy = "По сообщению агентства. " + TEXT
    other = " ".join(f"слово{i} другое{i} третье{i}" for i in range(40))
    assert similarity(near_key(TEXT), near_key(copy)) > 0.8
    assert set(bands(near_key(TEXT))) & set(bands(near_key(copy)))
    assert similarity(near_key(TEXT), near_key(other)) < 0.1
    assert not set(bands(near_key(TEXT))) & set(bands(near_key(other)))


def test_short_texts_have_no_signature() -> None:
    assert near_key("Новости дня") == b"" and bands(b"") == () and similarity(b"", near_key(TEXT)) == 0.0


def test_signature_is_the_same_in_every_release() -> None:
    assert bands(near_key(TEXT))[0].startswith("M2:0:") and len(near_key(TEXT)) == 256 and len(bands(near_key(TEXT))) == 16
    assert near_key(TEXT).hex()[:16] == "9ca2ab0e7cfe941f"


@given(st.text(max_size=800))
def test_any_text_is_like_itself(text: str) -> None:
    key = near_key(text)
    assert similarity(key, key) == (1.0 if key else 0.0)
    assert len(fingerprint(text, text)) == 64
