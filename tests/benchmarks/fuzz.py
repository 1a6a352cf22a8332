"""Changes samples, imports them and counts what came wrong: `python tests/benchmarks/fuzz.py [CHANGES [FIRST SEED]]`.

The changes of `tests/data/imports/test_import_fuzz_orders.py`, from other seeds and far more. Each line of
the table is one tenth of them; what is wrong is printed below it.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "datasets" / "samples"
PARTS = 10


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    import pytest
    from fuzz import bench, tried

    rounds, first = (int(given) for given in [*sys.argv[1:], "20000", "1000000"][:2])
    truth = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
    print("| changes | tracebacks or wrong sums | CPU ms each |\n| --- | --- | --- |")
    with (
        tempfile.TemporaryDirectory() as name,
        pytest.MonkeyPatch.context() as patch,
        bench(SAMPLES, truth, Path(name), patch) as one,
    ):
        for part in range(PARTS):
            start = time.process_time()
            count, wrong = tried(one, one.names, rounds=rounds // PARTS, first=first + part * rounds)
            cost = (time.process_time() - start) / count * 1000
            print(f"| {count:,} | {len({w[:3] for w in wrong})} | {cost:.0f} |", flush=True)
            print("".join(f"  {w}\n" for w in wrong), end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
