"""Stage I: what every picture is, which show the same, which split each is for."""

from neuroonco.curation.index.build import CONFLICTS, FILE, LEAKAGE, STORE, build_index
from neuroonco.curation.index.table import IndexRow, read_index

__all__ = ["CONFLICTS", "FILE", "LEAKAGE", "STORE", "IndexRow", "build_index", "read_index"]
