"""The command `ecomkit`: import exports, run a report, simulate a store, open the course, print the dictionary."""

import argparse
import os
import sys
from collections.abc import Sequence

from ecomkit import __version__
from ecomkit.errors import CellFailure, EcomkitError, ParameterError


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
    _add_import(commands)
    _add_report(commands)
    _add_simulate(commands)
    _add_samples(commands)
    _add_course(commands)
    metrics = commands.add_parser("metrics", help="print the metric dictionary")
    metrics.add_argument("--lang", choices=["en", "zh"], help="print the names of one language only")
    metrics.set_defaults(do=_metrics)
    return parser


def _add_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    importer = commands.add_parser("import", help="import platforms' exports into a store")
    importer.add_argument("files", nargs="*", metavar="FILE", help="exports, archives or folders of them")
    importer.add_argument("--to", metavar="PATH", help="the store's folder; it is made if it is not there")
    importer.add_argument("--tz", default="", metavar="ZONE", help="time zone of a new store, e.g. Asia/Shanghai")
    importer.add_argument("--store-id", default="", metavar="ID", help="put before order ids, to tell two shops apart")
    importer.add_argument(
        "--as", dest="profile", default="", metavar="PROFILE", help="a profile's name, or a .yaml file"
    )
    importer.add_argument("--explain", metavar="FILE", help="show how a file would be read, and import nothing")
    importer.set_defaults(do=_import)


def _add_report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
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


def _add_simulate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    simulate = commands.add_parser("simulate", help="write a simulated store whose truth is known")
    simulate.add_argument("--to", required=True, metavar="PATH", help="the store's folder")
    simulate.add_argument("--seed", type=int, default=argparse.SUPPRESS, help="seed of the randomness")
    simulate.add_argument("--start", default=argparse.SUPPRESS, metavar="DAY", help="first day, YYYY-MM-DD")
    simulate.add_argument("--days", type=int, default=argparse.SUPPRESS, help="number of days")
    simulate.set_defaults(do=_simulate)


def _add_samples(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    samples = commands.add_parser("export-samples", help="write a store in the export formats of the platforms")
    samples.add_argument("folder", metavar="DIR", help="a new folder")
    samples.add_argument("--store", default="demo", metavar="PATH", help="a store's folder, or demo (the default)")
    samples.add_argument("--format", action="append", metavar="NAME", help="this format only; repeatable")
    samples.set_defaults(do=_export_samples)


def _add_course(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    learn = commands.add_parser("learn", help="write the lessons into a folder of your own and open JupyterLab there")
    learn.add_argument("--to", default="my-course", metavar="PATH", help="your folder (default: my-course)")
    learn.add_argument("--lang", choices=["en", "zh"], help="language of the lessons (default: the computer's)")
    learn.add_argument(
        "--role",
        metavar="ROLE",
        help="manager, operations (at first), promotion, service or analyst: whose path to take",
    )
    learn.add_argument("--open", action=argparse.BooleanOptionalAction, default=True, help="open JupyterLab")
    learn.set_defaults(do=_learn)
    exam = commands.add_parser("exam", help="write an exam for a class, or grade what it handed in")
    exam.add_argument("--seed", type=int, required=True, help="the exam's number, which the teacher keeps")
    exam.add_argument("--to", default="exam", metavar="PATH", help="the exam's folder to write (default: exam)")
    exam.add_argument("--grade", metavar="FOLDER", help="grade the findings in FOLDER, one NAME.csv per learner")
    exam.add_argument("--out", metavar="FILE", help="with --grade, also write the results as CSV")
    exam.set_defaults(do=_exam)
    progress = commands.add_parser("progress", help="what you have done in the course, and what your role still asks")
    progress.add_argument("--lang", choices=["en", "zh"], help="language (default: the computer's)")
    progress.set_defaults(do=_progress)


def _import(arguments: argparse.Namespace) -> None:
    from ecomkit.data.imports import explain, import_files

    if arguments.explain:
        print(explain(arguments.explain, profile_name=arguments.profile))
        return
    if not arguments.files or not arguments.to:
        raise ParameterError("Import what, and where to?", "ecomkit import exports/ --to stores/mine.")
    show = sys.stderr.isatty()
    done = import_files(
        arguments.files,
        to=arguments.to,
        timezone=arguments.tz,
        store_id=arguments.store_id,
        profile_name=arguments.profile,
        told=(lambda name: print(f"reading {name}", file=sys.stderr)) if show else None,
    )
    print(done)
    print(arguments.to)


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


def _learn(arguments: argparse.Namespace) -> None:
    from ecomkit.course import desk

    lang = arguments.lang or desk.system_language()
    written = desk.settle(arguments.to, lang=lang, role=arguments.role)
    print(desk.told(written, lang))
    if arguments.open:
        desk.open_lab(written.first)
    else:
        print(written.first)


def _exam(arguments: argparse.Namespace) -> None:
    from ecomkit.course import exam

    if arguments.grade is None:
        print(exam.write(arguments.to, seed=arguments.seed))
        return
    table = exam.results(arguments.grade, seed=arguments.seed)
    print(table.to_string(index=False))
    if arguments.out:
        exam.save(table, arguments.out)
        print(arguments.out)


def _progress(arguments: argparse.Namespace) -> None:
    from ecomkit.course import desk, progress
    from ecomkit.report.text import using

    with using(arguments.lang or desk.system_language()):
        print(progress())


def _metrics(arguments: argparse.Namespace) -> None:
    from ecomkit.diagnosis import metrics

    dictionary = metrics.dictionary(arguments.lang)
    for row in dictionary.to_dict("records"):
        print("\n".join(f"{key}: {value}" for key, value in row.items()), end="\n\n")
