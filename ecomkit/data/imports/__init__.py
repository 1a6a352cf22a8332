"""Real files in: a platform's exports become the canonical tables of a store, with an account of every row.

A file is looked at (`look`), its cells are read as text (`cells`), turned into values by a profile (`typed`), put
into the shape of the canonical tables (`shape`), laid over what is there (`merge`) and switched to at once (`keep`).
"""

from ecomkit.data.imports.run import explain, import_files
from ecomkit.data.imports.take import Imported

__all__ = ["Imported", "explain", "import_files"]
