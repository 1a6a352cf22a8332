"""The command `ecomkit import`."""

import argparse
import logging
import sys

from ecomkit.cli.commands import Commands
from ecomkit.errors import ParameterError, TableError


def add(commands: Commands) -> None:
    """Adds `import` to the commands."""
    importer = commands.add_parser("import", help="import platforms' exports into a store")
    importer.add_argument("files", nargs="*", metavar="FILE", help="exports, archives or folders of them")
    importer.add_argument("--to", metavar="PATH", help="the store's folder; it is made if it is not there")
    importer.add_argument("--tz", default="", metavar="ZONE", help="time zone of a new store, e.g. Asia/Shanghai")
    importer.add_argument("--currency", default="", metavar="CODE", help="of files that do not tell theirs, e.g. USD")
    importer.add_argument("--store-id", default="", metavar="ID", help="tells two shops of one platform apart")
    importer.add_argument(
        "--as", dest="profile", default="", metavar="PROFILE", help="a profile's name, or a .yaml file"
    )
    importer.add_argument("--explain", metavar="FILE", help="show how a file would be read, and import nothing")
    importer.add_argument("--lang", choices=["en", "zh"], help="language of the account (default: the computer's)")
    importer.set_defaults(do=_import)


def _import(arguments: argparse.Namespace) -> None:
    from ecomkit.data.imports import explain, import_files

    if arguments.explain:
        print(explain(arguments.explain, profile_name=arguments.profile))
        return
    if not arguments.files or not arguments.to:
        raise ParameterError("Import what, and where to?", "ecomkit import exports/ --to stores/mine.")
    if sys.stderr.isatty():
        logging.basicConfig(format="%(message)s")
        logging.getLogger("ecomkit").setLevel(logging.INFO)
    from ecomkit.report.account import lines
    from ecomkit.report.account_page import write
    from ecomkit.report.refusals import told
    from ecomkit.report.text import system_language, using

    lang = arguments.lang or system_language()
    try:
        done = import_files(
            arguments.files,
            to=arguments.to,
            timezone=arguments.tz,
            store_id=arguments.store_id,
            profile_name=arguments.profile,
            currency=arguments.currency,
        )
    except TableError as error:
        with using(lang):
            raise TableError(told(str(error))) from None
    print("\n".join(lines(done.as_dict(), lang)))
    print(write(done, lang))
    print(arguments.to)
