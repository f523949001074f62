"""The statistics of a build, as Markdown and as one page that needs no network."""

from neuroonco.curation.statistics.counts import Statistics, count
from neuroonco.curation.statistics.page import NAMES, write_statistics

__all__ = ["NAMES", "Statistics", "count", "write_statistics"]
