"""The command `ecomkit`: import exports, run a report, simulate a store, open the course, print the dictionary."""

import argparse
import os
import sys
from collections.abc import Sequence

from ecomkit import __version__
from ecomkit.cli import course, dictionary, imports, reports, stores
from ecomkit.errors import CellFailure, EcomkitError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code: 0, or what README.md lists for what went wrong."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.do(arguments)
        sys.stdout.flush()
    except CellFailure as failure:
        return _complain(failure, 1)
    except EcomkitError as error:
        return _complain(error, 2)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # as in `ecomkit metrics | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it ends
        return 141
    return 0


def _complain(error: EcomkitError, code: int) -> int:
    print(f"ecomkit: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ecomkit", description="The operations desk of an online store.")
    parser.add_argument("--version", action="version", version=f"ecomkit {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for group in (imports, reports, stores, course, dictionary):
        group.add(commands)
    return parser
