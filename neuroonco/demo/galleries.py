"""The two sources with Portuguese class folders, one for each type and sequence: 08 and 09."""

import hashlib
import unicodedata
from pathlib import Path
from typing import Literal

from neuroonco.demo.canvas import Canvas
from neuroonco.demo.phantom import HEALTHY

_TYPES_08 = {
    "Astrocitoma": "glioma",
    "Carcinoma": "metastasis",
    "Ependimoma": "ependymoma",
    "Ganglioglioma": "glioma",
    "Germinoma": "embryonal",
    "Glioblastoma": "glioma",
    "Granuloma": "metastasis",
    "Meduloblastoma": "embryonal",
    "Meningioma": "meningioma",
    "Neurocitoma": "neuronal_tumor",
    "Oligodendroglioma": "glioma",
    "Papiloma": "neuronal_tumor",
    "Schwannoma": "schwannoma",
    "Tuberculoma": "metastasis",
    "_NORMAL": HEALTHY,
}
_TYPES_09 = {
    "Glioma (Astrocitoma, Ganglioglioma, Glioblastoma, Oligodendroglioma, Ependimoma)": "glioma",
    "Meningioma (de Baixo Grau, Atípico, Anaplásico, Transicional)": "meningioma",
    "NORMAL": HEALTHY,
    "Neurocitoma (Central - Intraventricular, Extraventricular)": "neuronal_tumor",
    "Outros Tipos de Lesões (Abscessos, Cistos, Encefalopatias Diversas)": "metastasis",
    "Schwannoma (Acustico, Vestibular - Trigeminal)": "schwannoma",
}
_SEQUENCES_08 = {"T1": "t1", "T1C+": "t1ce", "T2": "t2"}


def write_08(folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 96) -> list[Path]:
    """Write source 08: 44 flat folders such as `Astrocitoma T1C+`, one picture a WebP."""
    return _write_typed(Canvas(folder, seed, size), _TYPES_08, per_class)


def write_09(
    folder: Path,
    *,
    per_class: int = 2,
    seed: int = 0,
    size: int = 96,
    spelling: Literal["NFC", "NFD"] = "NFC",
    wrapper: str = "",
) -> list[Path]:
    """Write source 09: 17 folders such as `Outros Tipos de Lesões (…) T1C+`.

    Args:
        folder: Root of the source.
        per_class: Pictures in each folder.
        seed: Another seed gives other patients.
        size: Height and width in pixels.
        spelling: Unicode form of the accents on disk, "NFC" or "NFD" (as macOS unpacks them).
        wrapper: Name of a folder to put around the class folders, or "".

    Returns:
        The pictures, in the order written.
    """
    root = Path(folder, wrapper)
    types = {unicodedata.normalize(spelling, name): kind for name, kind in _TYPES_09.items()}
    return _write_typed(Canvas(root, seed, size), types, per_class)


def _write_typed(canvas: Canvas, types: dict[str, str], per_class: int) -> list[Path]:
    paths = []
    for label, tumour in types.items():
        for i in range(per_class):
            for short, sequence in _SEQUENCES_08.items():
                if tumour == HEALTHY and sequence == "t1ce":
                    continue
                name = f"{label} {short}/{_gallery_name(f'{label} {short}', i)}"
                picture = canvas.slice(f"{label} {i}", sequence, tumour).picture
                paths.append(canvas.save(name, picture, "L" if i % 2 else "RGB"))
    return paths


def _gallery_name(label: str, index: int) -> str:
    """One of the spellings that sources 08 and 09 mix, spread evenly over the folders."""
    key = f"{unicodedata.normalize('NFC', label)} {index}".encode()
    long = hashlib.sha256(key).hexdigest()
    if label == "Meningioma T1C+" and index == 0:
        return f"{long[:30]}_big_gallery.webp"
    if label.startswith("Astrocitoma") and index == 0:
        return "astro_infraT (1).jpeg"
    return (
        f"{long[:30]}_big_gallery.jpeg",
        f"{long}_big_gallery.jpeg",
        f"{index + 1:03}_big_gallery.jpeg",
        f"{long[:30]}_big_gallery.jpg",
        f"{long[:30]}_big_gallery.JPG",
    )[(int(long[0], 16) + index) % 5]
