"""How the pages of one source are to be read, as plain values: this room knows no source files."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """Names, charset, zone and selectors of one source. Selectors are CSS unless they start with //; empty means automatic."""

    outlet_names: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    country: str = ""
    hosts: tuple[str, ...] = ()
    zone: str = "Asia/Almaty"
    charset: str = ""
    day_first: bool = True
    title: str = ""
    text: str = ""
    published: str = ""
    author: str = ""
    prune: tuple[str, ...] = ()
    row: str = ""
    columns: tuple[tuple[str, str], ...] = ()

    @property
    def is_regional(self) -> bool:
        """True when the pages are written in Cyrillic as a rule, so that charset guesses stay in the region."""
        return bool(set(self.languages) & _CYRILLIC_LANGUAGES) or (not self.languages and self.country in _CYRILLIC_COUNTRIES)

    @property
    def is_kazakh(self) -> bool:
        """True when Kazakh letters are to be expected."""
        return "kk" in self.languages or self.country == "KZ"


_CYRILLIC_LANGUAGES = frozenset({"ru", "kk", "ky", "uk", "be", "tg", "uz", "mn", "tt", "ba"})
_CYRILLIC_COUNTRIES = frozenset({"KZ", "KG", "RU", "UA", "BY", "TJ", "UZ"})
