"""What annotations for training share with those for testing."""

from neuroonco.curation.leakage.published import PublishedLeakage, check_published

__all__ = ["PublishedLeakage", "check_published"]
