"""Days on which a country rests: public holidays by the `holidays` library, and the working days that lie between two of them."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

DAY = timedelta(days=1)
NEW_YEAR = ((12, 31), (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (1, 9), (1, 10))
# Newsrooms and courts of the whole region rest over the New Year, whatever the law says (FIELD-TRAPS CT5: 1 to 10 January).


def holidays_of(country: str, years: Iterable[int]) -> frozenset[date]:
    """Holidays of the country in these years; for a country the library does not know only the New Year's rest."""
    return frozenset().union(*(_of_year(country, year) for year in years))


@cache
def _of_year(country: str, year: int) -> frozenset[date]:
    try:
        lawful = set(country_holidays(country, years=year))
    except NotImplementedError:
        lawful = set()
    days = lawful | {date(year, month, day) for month, day in NEW_YEAR}
    bridges = {day + DAY for day in days if day + 2 * DAY in days or (day.weekday() == 3 and (day + DAY).weekday() == 4)}
    bridges |= {day - DAY for day in days if day.weekday() == 1}
    return frozenset(days | bridges)
