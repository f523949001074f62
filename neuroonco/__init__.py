"""The library under MM-NeuroOnco: find brain-tumour MRI on disk, read it, and ask about it."""

__version__ = "0.1.0"
