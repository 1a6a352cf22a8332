"""The errors a caller can act on; each message ends in a `Hint:` line with what to type."""


class EcomkitError(Exception):
    """Base of the errors below; the command line prints them in one line and exits with 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}\nHint: {hint}" if hint else message)


class TableError(EcomkitError, ValueError):
    """A table lacks a column, or holds values that its column may not hold."""


class MissingTableError(EcomkitError, LookupError):
    """The store has no such table."""


class MissingDataError(EcomkitError, LookupError):
    """A public data set is not on this machine."""


class ParameterError(EcomkitError, ValueError):
    """A parameter is unknown, of the wrong type or out of range."""


class CellFailure(EcomkitError):  # noqa: N818 - it is what happened, not a caller's error
    """A cell of a report failed, ran out of time or lost its kernel; the command line exits with 1."""
