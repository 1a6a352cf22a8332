"""The rules of the house that no single room can keep: floors, sizes, pins, words and what the README must say."""

import argparse
import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ecomkit import cli

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = sorted((ROOT / "ecomkit").rglob("*.py"))
FLOORS = {
    "errors": 0,
    "data": 1,
    "customers": 2,
    "goods": 2,
    "traffic": 2,
    "operations": 2,
    "diagnosis": 3,
    "report": 4,
    "course": 4,
    "cli": 5,
}
ONLY_UNDER = {
    "matplotlib": "ecomkit/report/plots/",
    "seaborn": "ecomkit/report/plots/",
    "papermill": "ecomkit/report/",
    "nbconvert": "ecomkit/report/",
}
NAMED = {"jupyterlab", "nbval", "pandas", "papermill", "scikit-learn", "seaborn"}
LINES_MAX, FUNCTION_LINES_MAX = 250, 40
CHINESE = re.compile("[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")
# Spelled in halves, so that this file does not hold what it forbids.
MACHINE_PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"]
TEMPORARY = "/t" + "mp/"
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "ana" + "conda.org",
    "npm" + "js.org",
    "repo.maven.apache" + ".org",
]
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def _ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _texts() -> Iterator[tuple[str, str]]:
    """Every text file that is in the repository, or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        raw = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in raw[:4096]:
            yield name, raw.decode("utf-8", errors="strict" if not name.startswith("datasets/samples/") else "replace")


# --- floors ----------------------------------------------------------------------------------------------------------


def _imports(tree: ast.Module, package: str) -> Iterator[tuple[int, str]]:
    """(line, dotted module) of every import at any depth, and of every attribute taken from `ecomkit` itself."""
    aliases = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
                if name.name == "ecomkit":
                    aliases.add(name.asname or "ecomkit")
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            for name in node.names:
                yield node.lineno, f"{base}.{name.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            yield node.lineno, f"ecomkit.{node.attr}"


def _package(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).parent.parts)


def _breaches(path: Path, tree: ast.Module) -> list[str]:
    """Imports of a file that go up a floor, or across between the rooms of the second."""
    room = path.relative_to(ROOT / "ecomkit").parts[0].removesuffix(".py")
    found = []
    for line, module in _imports(tree, _package(path)):
        other = module.split(".")[1] if module.startswith("ecomkit.") else ""
        if other in ("", "__version__", room):
            continue
        if other not in FLOORS:
            found.append(f"line {line}: {module} stands on no floor")
        elif FLOORS[other] > FLOORS[room] or FLOORS[other] == FLOORS[room] == 2:
            found.append(f"line {line}: {room} imports {module}")
    return found


@pytest.mark.parametrize("path", [p for p in PACKAGE if p != ROOT / "ecomkit" / "__init__.py"], ids=_ids)
def test_no_floor_imports_a_higher_one(path: Path) -> None:
    assert _breaches(path, _tree(path)) == []


def test_every_room_stands_on_a_floor() -> None:
    rooms = {p.stem for p in (ROOT / "ecomkit").iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()}
    assert rooms - {"__init__"} <= FLOORS.keys()


@pytest.mark.parametrize(
    ("room", "source", "is_breach"),
    [
        ("data/x.py", "from ecomkit.customers import rfm", True),
        ("data/x.py", "def f():\n    from ecomkit.report import text", True),
        ("data/x.py", "import ecomkit\necomkit.rfm", True),
        ("data/x.py", "from ..diagnosis import metrics", True),
        ("customers/x.py", "import ecomkit.traffic.funnel", True),
        ("customers/x.py", "from ecomkit.customers import rfm\nfrom ecomkit.data import frames", False),
        ("diagnosis/causes/x.py", "from ..episode import find\nfrom ecomkit import __version__", False),
    ],
)
def test_a_breach_would_be_seen(room: str, source: str, is_breach: bool) -> None:
    assert bool(_breaches(ROOT / "ecomkit" / room, ast.parse(source))) == is_breach


@pytest.mark.parametrize("path", PACKAGE, ids=_ids)
def test_drawing_and_running_stay_in_their_rooms(path: Path) -> None:
    for line, module in _imports(_tree(path), _package(path)):
        allowed = ONLY_UNDER.get(module.split(".")[0], "")
        assert _ids(path).startswith(allowed), f"line {line}: {module} belongs under {allowed}"


def test_modules_are_imported_by_name_except_for_the_lazy_table_of_contents() -> None:
    """What is imported by a computed name escapes the tests above."""
    hidden = [_ids(p) for p in PACKAGE if re.search(r"\b(import_module|__import__)\b", p.read_text(encoding="utf-8"))]
    assert hidden == ["ecomkit/__init__.py", "ecomkit/data/catalog.py"]


def test_importing_ecomkit_loads_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import ecomkit; "
        "new = {m.partition('.')[0] for m in set(sys.modules) - before}; "
        "print(*sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ecomkit"]


# --- sizes -----------------------------------------------------------------------------------------------------------


def _lines_of_code(source: str, tree: ast.AST) -> set[int]:
    """The lines that hold code: no blank lines, comments or docstrings."""
    skip = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in skip:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            lines -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return lines


@pytest.mark.parametrize("path", PACKAGE, ids=_ids)
def test_files_and_functions_stay_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LINES_MAX
    code = _lines_of_code(source, _tree(path))
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            held = len(code & set(range(node.lineno, (node.end_lineno or 0) + 1)))
            assert held <= FUNCTION_LINES_MAX, f"{node.name} has {held} lines of code"


# --- pins ------------------------------------------------------------------------------------------------------------


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _environment() -> list:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]


def test_the_conda_environment_agrees_with_the_package() -> None:
    ours = {r.name: r.specifier for r in map(Requirement, _project()["dependencies"])}
    conda = {r.name: r.specifier for r in map(Requirement, [d for d in _environment() if isinstance(d, str)])}
    assert conda.keys() == NAMED | {"python", "pip"}
    assert {name: conda[name] for name in NAMED} == {name: ours[name] for name in NAMED}
    assert conda["python"] == _project()["requires-python"]
    assert [d for d in _environment() if not isinstance(d, str)] == [{"pip": ["-e ."]}]


def test_every_dependency_has_a_lower_bound_and_no_upper_one() -> None:
    extras = [r for listed in _project()["optional-dependencies"].values() for r in listed]
    for requirement in map(Requirement, [*_project()["dependencies"], *extras]):
        assert [s.operator for s in requirement.specifier] == [">="], requirement


@cache
def _pins(lock: str) -> dict[tuple[str, str], list[str]]:
    """(name, version) -> hashes of every pin in a lock file; anything but pins, hashes and comments fails."""
    pins: dict[tuple[str, str], list[str]] = {}
    here = ("", "")
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        text = line.removesuffix("\\").strip()
        if not text or text.startswith("#"):
            continue
        if digest := re.fullmatch(r"--hash=(sha256:[0-9a-f]{64})", text):
            pins[here].append(digest[1])
            continue
        pin = re.fullmatch(r"([\w.\-]+)==([\w.!+]+)(?: ; [\w.'\" ()=!<>*]+)?", text)
        assert pin, f"{lock}: {line!r} is no pin"
        here = (canonicalize_name(pin[1]), pin[2])
        assert here not in pins, f"{lock} pins {here} twice"
        pins[here] = []
    return pins


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_is_hashed_and_no_address_is_named(lock: str) -> None:
    assert len(_pins(lock)) > 50
    assert [pin for pin, hashes in _pins(lock).items() if not hashes] == []
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ["build"]), ("requirements-dev.lock", ["build", "dev", "spark"])]
)
def test_a_lock_pins_what_the_package_asks_for(lock: str, extras: list[str]) -> None:
    optional = _project()["optional-dependencies"]
    asked = _project()["dependencies"] + [r for extra in extras for r in optional[extra]]
    for requirement in map(Requirement, asked):
        versions = [v for name, v in _pins(lock) if name == canonicalize_name(requirement.name)]
        assert versions, f"{requirement.name} is not pinned"
        assert all(requirement.specifier.contains(v) for v in versions), requirement


def test_the_core_set_up_holds_neither_spark_nor_test_tools() -> None:
    core = {name for name, _version in _pins("requirements.lock")}
    tools = {canonicalize_name(Requirement(r).name) for r in _project()["optional-dependencies"]["dev"]}
    assert core & ((tools | {"pyspark", "py4j", "execnet"}) - {"pytest", "pyyaml"}) == set()
    # nbval, which the core names, is a plugin of pytest: nothing else may bring it
    brought = re.search(r"^pytest==.*?(?=^\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M | re.S)
    assert brought
    assert re.findall(r"# +(?:via )?([\w-]+)$", brought[0], re.MULTILINE) == ["nbval"]


def test_the_development_lock_repeats_the_core_lock() -> None:
    assert _pins("requirements.lock").keys() <= _pins("requirements-dev.lock").keys()


# --- words -----------------------------------------------------------------------------------------------------------


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    found = []
    for name, text in _texts():
        forbidden = MACHINE_PATHS + REGISTRIES + ([] if name.startswith("tests/") else [TEMPORARY])
        found += [f"{name}: {word}" for word in forbidden if word in text]
    assert found == []


def test_nothing_is_left_to_do() -> None:
    found = [
        f"{name}: {hit[0]}" for name, text in _texts() if name[-5:] != ".lock" for hit in UNFINISHED.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("path", PACKAGE, ids=_ids)
def test_code_holds_no_chinese(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [n for n, line in enumerate(lines, start=1) if CHINESE.search(line)] == []


# --- the README ------------------------------------------------------------------------------------------------------


def _commands() -> dict[str, list[list[str]]]:
    """Command -> its options, each with all its spellings; "" is the bare `ecomkit`."""
    parser = cli._parser()
    commands = {"": parser}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            commands |= action.choices
    return {
        name: [a.option_strings for a in command._actions if a.option_strings and a.dest != "help"]
        for name, command in commands.items()
    }


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_names_every_command_and_option(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    missing = []
    for command, options in _commands().items():
        missing += [command] if f"ecomkit {command}".strip() not in text else []
        for spellings in options:
            if not any(re.search(rf"(?<![\w-]){re.escape(s)}(?![\w-])", text) for s in spellings):
                missing.append(f"{command} {spellings[-1]}")
    assert missing == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_names_no_command_or_option_that_is_not_there(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    calls = re.findall(r"^(?:\$ )?(?:\.venv/bin/)?ecomkit +([^#\n]*)", text, re.MULTILINE)
    assert calls
    for call in calls:
        words = call.split()
        command = words[0] if not words[0].startswith("-") else ""
        assert command in _commands(), call
        known = {s for spellings in _commands()[command] for s in spellings}
        assert {w for w in words if re.fullmatch(r"--?[a-z][a-z-]*", w)} <= known, call
