"""The kernel a report runs on: this very interpreter, over local sockets, with charts shown inline."""

import asyncio
import os
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--matplotlib=inline"]


class ReportKernel(AsyncKernelManager):
    """Starts this interpreter's ipykernel whatever kernels the user has registered.

    Sockets, connection file and IPython's folder live in a private folder: no port can be taken by someone else,
    no unencrypted TCP, no start-up files of the user, no need for a writable home.
    """

    folder = Path(tempfile.gettempdir())

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.connection_file = str(self.folder / "kernel.json")
        if os.name == "posix":
            self.transport, self.ip = "ipc", str(self.folder / "k")  # short: a socket's path holds ~100 characters
        elif self.has_trait("transport_encryption"):
            self.transport_encryption = "auto"

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(argv=COMMAND, display_name="Python 3", language="python")

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        with suppress(NotImplementedError, RuntimeError):
            # nbclient would turn Ctrl-C into a dead kernel; let it be a KeyboardInterrupt
            asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        environment = {**os.environ, **options.pop("env", {}), "IPYTHONDIR": str(self.folder / "ipython")}
        await super().start_kernel(env=environment, **options)


def living_in(folder: Path) -> type[ReportKernel]:
    """A kernel manager class whose files are in `folder`; nbclient wants a class, not an instance."""
    return type("ReportKernel", (ReportKernel,), {"folder": folder})
