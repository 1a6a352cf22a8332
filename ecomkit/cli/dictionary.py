"""The command `ecomkit metrics`."""

import argparse

from ecomkit.cli.commands import Commands


def add(commands: Commands) -> None:
    """Adds `metrics` to the commands."""
    metrics = commands.add_parser("metrics", help="print the metric dictionary")
    metrics.add_argument("--lang", choices=["en", "zh"], help="print the names of one language only")
    metrics.set_defaults(do=_metrics)


def _metrics(arguments: argparse.Namespace) -> None:
    from ecomkit.diagnosis import metrics

    dictionary = metrics.dictionary(arguments.lang)
    for row in dictionary.to_dict("records"):
        print("\n".join(f"{key}: {value}" for key, value in row.items()), end="\n\n")
