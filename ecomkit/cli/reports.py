"""The command `ecomkit report`."""

import argparse
from collections.abc import Sequence

from ecomkit.cli.commands import Commands
from ecomkit.errors import ParameterError


def add(commands: Commands) -> None:
    """Adds `report` to the commands."""
    report = commands.add_parser("report", help="run a report on a store and write one HTML file")
    report.add_argument("name", nargs="?", metavar="NAME", help="the report; see --list")
    report.add_argument("--list", action="store_true", help="list the reports and their parameters")
    report.add_argument("--store", default="demo", metavar="PATH", help="a store's folder, or demo (the default)")
    report.add_argument("--lang", default="en", metavar="zh|en", help="language of the report (default: en)")
    report.add_argument("--start", default="", metavar="DAY", help="first day, YYYY-MM-DD")
    report.add_argument("--end", default="", metavar="DAY", help="last day, YYYY-MM-DD")
    report.add_argument(
        "--compare", default="previous", metavar="WITH", help="previous (default), year, or YYYY-MM-DD..YYYY-MM-DD"
    )
    report.add_argument(
        "-p", "--param", action="append", default=[], metavar="KEY=VALUE", help="a parameter of the report; repeatable"
    )
    report.add_argument("--out", metavar="PATH", help="the HTML file or a folder (default: reports/)")
    report.add_argument("--keep-notebook", action="store_true", help="also keep the executed notebook")
    report.add_argument(
        "--progress", action=argparse.BooleanOptionalAction, help="show a progress bar (default: on terminals)"
    )
    report.set_defaults(do=_report)


def _report(arguments: argparse.Namespace) -> None:
    if arguments.list:
        _list(arguments.lang)
        return
    if not arguments.name:
        raise ParameterError("Which report?", "ecomkit report NAME; `ecomkit report --list` shows the names.")
    from ecomkit.report.run import run

    path = run(
        arguments.name,
        store=arguments.store,
        lang=arguments.lang,
        start=arguments.start,
        end=arguments.end,
        compare=arguments.compare,
        params=_pairs(arguments.param),
        out=arguments.out,
        progress=arguments.progress,
        keep_notebook=arguments.keep_notebook,
    )
    print(path)


def _list(lang: str) -> None:
    from ecomkit.report.shelf import list_reports
    from ecomkit.report.text import known

    for report in list_reports():
        print(f"{report.name}  {report.titles[known(lang)]}".rstrip())
        for p in report.parameters:
            print(f"    {p.name}: {p.type} = {p.default!r}" + (f"  # {p.help}" if p.help else ""))


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ParameterError(f"`-p {text}` is not a parameter.", "write -p name=value, e.g. -p days=28.")
        pairs[key.strip()] = value
    return pairs
