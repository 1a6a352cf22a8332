"""The errors a caller can act on; each message ends in a `Hint:` line with what to type."""


class EcomkitError(Exception):
    """Base of the errors below; the command line prints them in one line and exits with 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}\nHint: {hint}" if hint else message)


class TableError(EcomkitError, ValueError):
    """A table lacks a column, or holds values that its column may not hold."""


class MissingTableError(EcomkitError, LookupError):
    """The store has no such table."""


class ParameterError(EcomkitError, ValueError):
    """A parameter is unknown, of the wrong type or out of range."""
