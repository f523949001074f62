"""What masks say of lesions: attributes by rule, in numbers and in words."""

from neuroonco.curation.semantics.attributes import Attributes, describe
from neuroonco.curation.semantics.build import build_attributes
from neuroonco.curation.semantics.descriptions import describe_in_words, write_descriptions
from neuroonco.curation.semantics.table import AttributeRow, read_attributes

__all__ = [
    "AttributeRow",
    "Attributes",
    "build_attributes",
    "describe",
    "describe_in_words",
    "read_attributes",
    "write_descriptions",
]
