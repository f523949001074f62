"""The table of the sources is complete and consistent."""

from neuroonco.sources import load_sources
from neuroonco.sources.pictures import READERS
from neuroonco.vocabulary import CATEGORIES, MODALITIES

UNDESCRIBED = {"06", "11", "12", "14", "20"}


def test_twenty_sources():
    sources = load_sources()
    assert list(sources) == [f"{number:02}" for number in range(1, 21)]
    assert {key for key, source in sources.items() if not source.layouts} == UNDESCRIBED
    for source in sources.values():
        assert source.link.startswith("https://")
        assert source.licence
        assert source.citation
        assert source.modality in {*MODALITIES, "by name"}
        assert set(source.copy_of) <= set(sources) - {source.id}


def test_layouts_use_known_words():
    for source in load_sources().values():
        for layout in source.layouts:
            assert layout.reader in READERS
            assert set(layout.classes.values()) <= set(CATEGORIES)
            assert not set(layout.classes) & set(layout.class_reasons)
