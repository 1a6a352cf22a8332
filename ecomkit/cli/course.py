"""The commands of the course: `ecomkit learn`, `ecomkit exam`, `ecomkit progress`."""

import argparse

from ecomkit.cli.commands import Commands


def add(commands: Commands) -> None:
    """Adds `learn`, `exam` and `progress` to the commands."""
    _add_learn(commands)
    _add_exam(commands)
    progress = commands.add_parser("progress", help="what you have done in the course, and what your role still asks")
    progress.add_argument("--lang", choices=["en", "zh"], help="language (default: the computer's)")
    progress.set_defaults(do=_progress)


def _add_learn(commands: Commands) -> None:
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


def _add_exam(commands: Commands) -> None:
    exam = commands.add_parser("exam", help="write an exam for a class, or grade what it handed in")
    exam.add_argument("--seed", type=int, required=True, help="the exam's number, which the teacher keeps")
    exam.add_argument("--to", default="exam", metavar="PATH", help="the exam's folder to write (default: exam)")
    exam.add_argument("--grade", metavar="FOLDER", help="grade the findings in FOLDER, one NAME.csv per learner")
    exam.add_argument("--out", metavar="FILE", help="with --grade, also write the results as CSV")
    exam.set_defaults(do=_exam)


def _learn(arguments: argparse.Namespace) -> None:
    from ecomkit.course import desk
    from ecomkit.report.text import system_language

    lang = arguments.lang or system_language()
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
    from ecomkit.course import progress
    from ecomkit.report.text import system_language, using

    with using(arguments.lang or system_language()):
        print(progress())
