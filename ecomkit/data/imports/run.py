"""Importing: from files to a store, with an account."""

import logging
import re
import sys
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ecomkit.data.imports import keep, sets
from ecomkit.data.imports.fields import fields, unknown_headers
from ecomkit.data.imports.gather import Found, gather
from ecomkit.data.imports.look import Look, look
from ecomkit.data.imports.profile import Profile, profile
from ecomkit.data.imports.take import UNKNOWN, Imported, Run
from ecomkit.errors import ParameterError, TableError

_log = logging.getLogger(__name__)


def import_files(
    paths: Sequence[str | Path],
    *,
    to: str | Path,
    timezone: str = "",
    store_id: str = "",
    currency: str = "",
    profile_name: str | Path = "",
) -> Imported:
    """Imports exports into the store at `to` and returns the account; where anything fails, `to` stays as it was.

    Parameters
    ----------
    paths
        Files, archives or folders. What a folder holds beside exports is told in `refused`; a file that is named
        itself must be readable. A folder, or an archive, that holds all files of Olist is read as one export.
    to
        The store's folder; it is made where it is not there.
    timezone
        IANA zone of a new store; by default that of most files' platforms, else UTC.
    currency
        ISO 4217 code of a new store, for files that do not tell theirs; by default that of the others.
    store_id
        Tells two shops of a platform apart: put before the order ids and after the platform's name.
    profile_name
        The profile to read the files with, or a .yaml file; by default the one that knows the header.

    Raises
    ------
    ParameterError, TableError
        A file cannot be read, no profile knows it, it is in another currency than the store, or the tables made of
        it cannot be stored.
    """
    place = Path(to).expanduser().absolute()
    chosen = profile(profile_name) if profile_name else None
    _require_place(timezone, currency)
    with keep.opened(place) as (work, manifest):
        result = Imported(place)
        whole = sets.find(paths, work)
        looks = _looks(gather(paths, work, {given.place for given in whole}, refused=result.refused), chosen, result)
        known = [given.entry for given in whole] + [seen.profile for _found, seen in looks]
        manifest = _settle(manifest, place, known, timezone, currency)
        if manifest["timezone"] == "UTC" and not timezone:
            result.notes["no_zone"] = 1
        is_watched = _log.isEnabledFor(logging.INFO) and sys.stdout.isatty()
        size = sum(seen.file.stat().st_size for _found, seen in looks) + sum(given.size for given in whole)
        with keep.connect(work, size=size, shows_progress=is_watched) as connection:
            run = Run(connection, work, manifest, store_id, result)
            for given in whole:
                _log.info("reading %s", given.place.name)
                run.take_set(given)
            for found, seen in looks:
                _log.info("reading %s", found.name)
                run.take(found, seen)
            if not result.files:
                raise _nothing(result.refused)
            run.finish(place)
            if run.silent and not currency:
                result.notes["no_currency" if manifest["currency"] == UNKNOWN else "currency_taken"] = run.silent
    keep.write_json(place / keep.REPORT, result.as_dict())
    return result


def explain(file: str | Path, *, profile_name: str | Path = "") -> str:
    """Returns how a file would be read: its encoding, delimiter, header row, profile, and where each column comes from.

    Raises
    ------
    ParameterError, TableError
        There is no such file, or no profile knows it.
    """
    path = Path(file).expanduser()
    if not path.is_file():
        raise ParameterError(f"There is no file '{path}'.", "check its name and folder.")
    said = []
    for seen in look(path, profile=profile(profile_name) if profile_name else None):
        said += [f"{path.name}{f' / {seen.sheet}' * bool(seen.sheet)}: {seen.profile.name}"]
        said += [
            f"  {seen.kind} {seen.encoding} {seen.delimiter!r}, header in row {seen.skip}, {len(seen.header)} columns"
        ]
        for f in fields(seen):
            taken = " + ".join(seen.header[p].strip() for p in f.cells) or f"'{f.source.const}'"
            said.append(f"  {f.name:<28} {taken}{f' ({f.source.unit})' * bool(f.source.unit)}")
        if strange := unknown_headers(seen):
            said.append(f"  not understood: {', '.join(strange)}")
    return "\n".join(said)


def _looks(files: Iterable[Found], chosen: Profile | None, result: Imported) -> list[tuple[Found, Look]]:
    """Returns what the files are; those that bring orders come first, because lines and refunds belong to orders."""
    looks: list[tuple[Found, Look]] = []
    for found in files:
        try:
            looks += [(found, seen) for seen in look(found.file, profile=chosen)]
        except TableError as error:
            if found.is_named:
                raise
            result.refused[found.name] = str(error)
    return sorted(looks, key=lambda pair: "orders" not in pair[1].profile.tables)


def _settle(
    manifest: dict[str, Any], place: Path, known: Sequence[Any], timezone: str, currency: str
) -> dict[str, Any]:
    """Returns the manifest of the store: its name, zone, currency and the salt of its hashes.

    The zone, and the currency where all that tell one beforehand do not agree, are those of most of what is `known`.
    """
    if manifest and timezone and timezone != manifest["timezone"]:
        raise ParameterError(f"The store is in {manifest['timezone']}, not {timezone}.", "leave --tz out.")
    if currency and manifest.get("currency", UNKNOWN) not in (UNKNOWN, currency):
        raise ParameterError(f"The store is in {manifest['currency']}, not {currency}.", "leave --currency out.")
    zones = Counter(str(what["timezone"]) for what in known if what["timezone"])
    money = Counter(what["currency"] for what in known if isinstance(what["currency"], str) and what["currency"])
    fresh = {
        "name": place.name,
        "currency": money.most_common(1)[0][0] if len(money) > 1 else UNKNOWN,
        "timezone": timezone or (zones.most_common(1)[0][0] if zones else "UTC"),
    }
    return {**fresh, "salt": keep.new_salt(), **manifest, **({"currency": currency} if currency else {})}


def _nothing(refused: dict[str, str]) -> TableError:
    """The error of an import that read no file: what is wrong with each, and what to do once."""
    if not refused:
        return TableError("There is nothing to import.", "name files, or a folder of them.")
    parts = [why.partition("\nHint: ") for why in refused.values()]
    hints = dict.fromkeys(hint for _why, _mark, hint in parts)
    return TableError("\n  ".join(["There is nothing to import.", *(why for why, _m, _h in parts)]), " ".join(hints))


def _require_place(timezone: str, currency: str) -> None:
    if currency and not re.fullmatch("[A-Z]{3}", currency):
        raise ParameterError(f"--currency {currency} is no ISO 4217 code.", "use e.g. --currency CNY.")
    try:
        zoneinfo.ZoneInfo(timezone or "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ParameterError(f"--tz {timezone} is no IANA time zone.", "use e.g. --tz Asia/Shanghai.") from None
