"""The card says of every source what the table says."""

from pathlib import Path

import yaml

from neuroonco.sources import load_sources

CARD = Path(__file__).parents[1] / "dataset_card" / "README.md"


def test_every_source_stands_in_the_card():
    lines = CARD.read_text(encoding="utf-8").splitlines()
    for source in load_sources().values():
        (line,) = (line for line in lines if line.startswith(f"| {source.id} | "))
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[1] == f"[{source.name}]({source.link})"
        assert cells[3:6] == [source.modality, source.mask, source.licence]


def test_front_matter_is_valid():
    front = yaml.safe_load(CARD.read_text(encoding="utf-8").split("---\n")[1])
    assert front["pretty_name"] == "MM-NeuroOnco"
    assert "visual-question-answering" in front["task_categories"]
