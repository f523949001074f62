"""The 20 public sources: what they are, how they are recognised, what each picture shows."""

from neuroonco.sources.pictures import Picture, describe
from neuroonco.sources.recognise import Found, Match, recognise
from neuroonco.sources.table import Source, SourceLayout, load_sources

__all__ = [
    "Found",
    "Match",
    "Picture",
    "Source",
    "SourceLayout",
    "describe",
    "load_sources",
    "recognise",
]
