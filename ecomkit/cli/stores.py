"""The commands that write a store or its files: `ecomkit simulate`, `ecomkit export-samples`."""

import argparse

from ecomkit.cli.commands import Commands


def add(commands: Commands) -> None:
    """Adds `simulate` and `export-samples` to the commands."""
    _add_simulate(commands)
    _add_samples(commands)


def _add_simulate(commands: Commands) -> None:
    simulate = commands.add_parser("simulate", help="write a simulated store whose truth is known")
    simulate.add_argument("--to", required=True, metavar="PATH", help="the store's folder")
    simulate.add_argument("--seed", type=int, default=argparse.SUPPRESS, help="seed of the randomness")
    simulate.add_argument("--start", default=argparse.SUPPRESS, metavar="DAY", help="first day, YYYY-MM-DD")
    simulate.add_argument("--days", type=int, default=argparse.SUPPRESS, help="number of days")
    simulate.set_defaults(do=_simulate)


def _add_samples(commands: Commands) -> None:
    samples = commands.add_parser("export-samples", help="write a store in the export formats of the platforms")
    samples.add_argument("folder", metavar="DIR", help="a new folder")
    samples.add_argument("--store", default="demo", metavar="PATH", help="a store's folder, or demo (the default)")
    samples.add_argument("--format", action="append", metavar="NAME", help="this format only; repeatable")
    samples.set_defaults(do=_export_samples)


def _simulate(arguments: argparse.Namespace) -> None:
    from ecomkit.data.simulate import simulate

    settings = {key: value for key, value in vars(arguments).items() if key in ("seed", "start", "days")}
    print(simulate(**settings).write(arguments.to))


def _export_samples(arguments: argparse.Namespace) -> None:
    from ecomkit.data import samples
    from ecomkit.data.store import open_store

    with open_store(arguments.store) as store:
        written = samples.export(store, to=arguments.folder, formats=arguments.format)
    for name, file, rows, why in zip(*(written[c] for c in ("format", "file", "rows", "why")), strict=True):
        print(f"{name}: not written, {why}" if why else f"{file}: {rows} rows")
    print(arguments.folder)
