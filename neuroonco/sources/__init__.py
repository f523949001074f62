"""The 20 public sources: what they are, how they are recognised, what each picture shows."""

from neuroonco.sources.pictures import Picture, describe
from neuroonco.sources.recognise import Found, Match, left_out_files, recognise
from neuroonco.sources.table import Source, SourceLayout, load_sources

__all__ = [
    "Found",
    "Match",
    "Picture",
    "Source",
    "SourceLayout",
    "describe",
    "left_out_files",
    "load_sources",
    "recognise",
]
