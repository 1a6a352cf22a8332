"""A platform's own rate beside the one its figures make: a file that says both is held to it, whatever the format."""

from pathlib import Path

import pytest

from ecomkit.data.imports import import_files
from ecomkit.data.imports.profile import ASIDE, Profile, profiles
from ecomkit.data.tables import TABLES

RULES = [(p, rule) for p in profiles().values() for rule in p["rates"] or ()]
FORMS = {"date": "2025-09-0{row}", "time": "2025-09-0{row} 10:00:00", "money": "10", "count": "10"}


def _header(profile: Profile) -> dict[str, str]:
    """The columns that tell the format or must be there, each with the form of its values."""
    forms = {names[0]: "10" for names in profile.match}
    for table, columns in profile.tables.items():
        for name, source in columns.items():
            if source.headers and name not in ASIDE.get(table, ()):
                kind = TABLES[table].column(name).kind
                known = next((h for h in source.headers if h in forms), source.headers[0])
                if known in forms or TABLES[table].column(name).required:
                    forms[known] = FORMS.get(kind, "x{row}")
    return forms


def _write(folder: Path, profile: Profile, rule: dict[str, str], rates: list[str]) -> Path:
    """A file of a row per rate; each row says 400 of 10,000, which is 4 %."""
    forms = _header(profile) | {rule["over"]: "400", rule["under"]: "10000", rule["rate"].rstrip("*"): "{rate}"}
    forms |= {header: "汇总" for header in ("三级来源",) if header in forms}
    rows = [[form.format(row=i + 1, rate=rate) for form in forms.values()] for i, rate in enumerate(rates)]
    file = folder / "report_2025-09-01.csv"
    file.write_text("\n".join('"' + '","'.join(row) + '"' for row in [[*forms], *rows]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(("profile", "rule"), RULES, ids=[f"{p.name}-{r['rate']}" for p, r in RULES])
def test_a_rate_that_is_not_what_it_is_made_of_is_told(profile: Profile, rule: dict[str, str], tmp_path: Path) -> None:
    """0.05 points are its rounding; 0.06 are another figure. Rates come as percent, as fractions, and as numbers of
    percent."""
    rates = ["4.00%", "0.04", "4.05%", "4.06%", "3.94%", "0.05", "-"]
    if rule.get("unit") == "percent":
        rates = ["4.00", "4", "4.05", "4.06", "3.94", "5", "-"]
    file = _write(tmp_path, profile, rule, rates)
    told = import_files([file], to=tmp_path / "mine", profile_name=profile.name).files[0]
    header = rule["rate"].rstrip("*")
    assert told.rates == {header: {"rows": 3, "first_rows": [5, 6, 7]}}
