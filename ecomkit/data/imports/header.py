"""The name of a column, without what platforms vary."""

import re
import unicodedata
from functools import lru_cache

LONG = 200  # characters: what is longer is hardly a header
_NO_LETTER = re.compile("[\\s\u200b\ufeff\"'=\u2018\u2019\u201c\u201d]")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


def normalise(header: str) -> str:
    """Returns a header without what platforms vary: width, case, kinds of dash, spaces, quotes, a byte order mark.

    >>> normalise(' Sessions \u2013 Total\\t') == normalise('sessions - total')
    True
    """
    return _normalised(header) if len(header) < LONG else _normalised.__wrapped__(header)


@lru_cache(1 << 14)  # the same headers are looked at again and again
def _normalised(header: str) -> str:
    text = unicodedata.normalize("NFKC", header).casefold().translate(_DASHES)
    return _NO_LETTER.sub("", text)
