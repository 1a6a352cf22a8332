"""A level of a query: the rows of a file with the values of some cells, each put through a macro."""

import re

from ecomkit.data.imports.values import MACROS


def bare(names: list[str], rows: str, *, stacks: bool) -> str:
    """Returns the query for `rows` with the cells called `names`, unwrapped, and missing where they say so.

    With `stacks`, the cells go through their macro as a list: in a small file, planning a macro for each of them costs
    many times what its rows do; in a large one, making the lists costs more than the planning.
    """
    kept = "row, h, blank, again, spare, summed"
    macros = {name: f"{MACROS[name[0]]}({{}})" for name in names}
    if not stacks:
        first = _each(rows, kept, [(macros[name], f"c{name[1:]}", name) for name in names])
        return _each(first, kept, [("cell_filled({})", name, name) for name in names])
    return _stacked(rows, kept, [(f"cell_filled({macros[name]})", f"c{name[1:]}", name) for name in names])


def numbers(rows: str, texts: list[str]) -> tuple[str, list[str]]:
    """Returns the query for `rows` with the numbers that the SQL `texts` make of cells, and `texts` with these."""
    calls = dict.fromkeys(re.findall(_NUMBER, " ".join(texts)))
    named = [re.sub(_NUMBER, r"\1_\2", text) for text in texts]
    return _stacked(rows, "*", [(f"{macro}({{}})", cell, f"{macro}_{cell}") for macro, cell in calls]), named


_NUMBER = re.compile(r"\b(cell_number|cell_comma_number)\((\w+)\)")


def _each(rows: str, kept: str, made: list[tuple[str, str, str]]) -> str:
    """The rows with the columns `kept` and for each (macro, cell, name) its value."""
    return f"SELECT {kept}{''.join(f', {macro.format(cell)} AS {name}' for macro, cell, name in made)} FROM ({rows})"


def _stacked(rows: str, kept: str, made: list[tuple[str, str, str]]) -> str:
    """The same, by a list of cells for each macro."""
    lists, picked = "", ""
    for number, macro in enumerate(dict.fromkeys(macro for macro, _cell, _name in made)):
        mine = [(cell, name) for other, cell, name in made if other == macro]
        cells = ", ".join(cell for cell, _name in mine)
        lists += f", list_transform([{cells}], lambda x: {macro.format('x')}) AS stack{number}"
        picked += "".join(f", stack{number}[{place}] AS {name}" for place, (_cell, name) in enumerate(mine, 1))
    return f"SELECT {kept}{picked} FROM (SELECT {kept}{lists} FROM ({rows}))"
