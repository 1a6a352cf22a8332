"""The kernel a report runs on: this very interpreter, over local sockets, with charts shown inline."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

LOG = "kernel.log"
COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--matplotlib=inline"]


class ReportKernel(AsyncKernelManager):
    """Starts this interpreter's ipykernel whatever kernels the user has registered.

    Sockets, connection file and IPython's folder live in a private folder: no port can be taken by someone else,
    no unencrypted TCP, no start-up files of the user, no need for a writable home.
    """

    folder = Path(tempfile.gettempdir())
    process: Any = None

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
        environment = {**os.environ, **options.pop("env", {}), "IPYTHONDIR": str(self.folder / "ipython")}
        with (self.folder / LOG).open("wb") as log:  # a dying kernel's last words, not for the user's terminal
            await super().start_kernel(env=environment, stderr=log, **options)
        type(self).process = getattr(self.provisioner, "process", None)

    @classmethod
    def stop(cls) -> None:
        """Ends a kernel that is still there, as after Ctrl-C in a long cell."""
        if cls.process is not None and cls.process.poll() is None:
            cls.process.kill()
            cls.process.wait()

    @classmethod
    def last_words(cls) -> str:
        """What the kernel wrote to its own standard error, its end at most."""
        log = cls.folder / LOG
        return log.read_text(encoding="utf-8", errors="replace")[-2000:].strip() if log.exists() else ""


def living_in(folder: Path) -> type[ReportKernel]:
    """A kernel manager class whose files are in `folder`; nbclient wants a class, not an instance."""
    return type("ReportKernel", (ReportKernel,), {"folder": folder})
