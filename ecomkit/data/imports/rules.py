"""The rules of a profile as SQL: which rows are no data, and why. Their cells stand in `t<place>`."""

from ecomkit.data.imports.look import Look
from ecomkit.data.imports.profile import Rule
from ecomkit.data.imports.values import quote


def dropped(look: Look) -> list[str]:
    """Returns a WHEN for each rule under `drop` that the file has the columns for."""
    tests = [(rule.why, _level(look, rule) if rule.level else _test(look, rule)) for rule in look.profile.drop]
    return [f"WHEN {test} THEN {quote(why)}" for why, test in tests if test]


def whole(look: Look) -> str:
    """Returns the SQL for why the whole order of a row is none; NULL where it is one."""
    parts = [f"WHEN {test} THEN {quote(rule.why)}" for rule in look.profile.whole if (test := _test(look, rule))]
    return f"CASE {' '.join(parts)} END" if parts else "NULL::VARCHAR"


def _test(look: Look, rule: Rule) -> str:
    cells_ = [f"t{p}" for h in rule.columns if (p := look.place(h)) is not None]
    if not cells_:
        return ""
    tests = []
    if rule.values:
        listed = ", ".join(map(quote, rule.values))
        tests += [f"{c} IN ({listed})" for c in cells_]
    if rule.pattern:
        tests += [f"regexp_matches({c}, {quote(rule.pattern)})" for c in cells_]
    if rule.missing:
        tests.append(" AND ".join(f"{c} IS NULL" for c in cells_))
    if rule.differs and (other := look.place(rule.differs)) is not None:
        tests += [f"{c} <> t{other}" for c in cells_]
    if rule.unless:
        listed = ", ".join(map(quote, rule.unless))
        tests += [f"{c} NOT IN ({listed})" for c in cells_]
    return f"({' OR '.join(tests)})"


def _level(look: Look, rule: Rule) -> str:
    """Whether a row's level is not known: its label is none that the profile knows, and where it stands, no label is
    that of the sum. Then the row may be the sum, under a label that was spoiled."""
    place, above = look.place(rule.columns[0]), look.place(rule.level)
    if place is None or above is None:
        return ""
    known = [
        w for c in look.profile.tables.values() for s in c.values() if rule.columns[0] in s.headers for w in s.values
    ]
    label, sums = f"t{place}", f"count(*) FILTER (t{place} IN ({', '.join(map(quote, rule.values))}))"
    return (
        f"(coalesce({label}, '') NOT IN ({', '.join(map(quote, (*known, *rule.values)))}) "
        f"AND {sums} OVER (PARTITION BY t{above}) = 0 AND {sums} OVER () > 0)"
    )
