"""Paints the images of the rich menus: `python -m app.ops.setup.painter`, after a change of menu.svg or labels.toml.

For developers: needs Chromium, which renders Thai and Chinese properly, and the fonts named here. Easel itself only
reads the PNG files.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from html import escape
from io import BytesIO
from pathlib import Path
from string import Template
from typing import Final

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.ops.setup.menu_layout import FOLDER, HEIGHT_PX, WIDTH_PX, labels, picture_path
from app.words.chat_settings import LANGUAGES

CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_S: Final = 60.0
COLOURS: Final = 256
REFINED: Final = 4  # Pillow's `kmeans`, which fits the palette to the image
SEAL: Final = "Source"  # a keyword of PNG's text chunks
# Lines of Thai are taller, since vowels and tone marks stand above and below.
FONTS: Final[Mapping[str, Mapping[str, object]]] = {
    "zh-TW": {"font": "Noto Sans CJK TC", "draw_px": 210, "draw_y": 370, "said_y": 496, "label_px": 88},
    "en": {"font": "Noto Sans CJK TC", "draw_px": 250, "draw_y": 370, "said_y": 496, "label_px": 84},
    "ja": {"font": "Noto Sans CJK JP", "draw_px": 210, "draw_y": 370, "said_y": 496, "label_px": 88},
    "th": {"font": "Loma", "draw_px": 230, "draw_y": 380, "said_y": 510, "label_px": 96},
}


def main() -> None:
    """Paint one image for each language."""
    browser = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if browser is None:
        sys.exit(f"None of {', '.join(CHROMIUM)} is installed")
    for language in LANGUAGES:
        page = page_of(language)
        picture_path(language).write_bytes(_small(_shot(browser, page), seal=seal_of(page)))


def seal_of(page: str) -> str:
    """Return the hash that is stored in an image painted from this page."""
    return hashlib.sha256(page.encode()).hexdigest()


def page_of(language: str) -> str:
    """Return the HTML page of which the image is a screenshot."""
    template = Template((FOLDER / "menu.svg").read_text(encoding="utf-8"))
    texts = {name: escape(text) for name, text in labels(language).items()}
    svg = template.substitute(texts, language=language, **FONTS[language])
    return f"<!doctype html><meta charset=utf-8><style>body{{margin:0}}svg{{display:block}}</style>{svg}"


def _shot(browser: str, page: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "menu.html"), Path(folder, "menu.png")
        source.write_text(page, encoding="utf-8")
        flags = ("--headless", "--no-sandbox", "--hide-scrollbars", f"--window-size={WIDTH_PX},{HEIGHT_PX}")
        command = [browser, *flags, f"--screenshot={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S)  # noqa: S603 - found above
        return target.read_bytes()


def _small(shot: bytes, *, seal: str) -> bytes:
    """Reduce to a palette: a third of the size of full colour, and fitted to the rare colours it looks the same."""
    out = BytesIO()
    with Image.open(BytesIO(shot)) as picture:
        flat = picture.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.MEDIANCUT, kmeans=REFINED, dither=Image.Dither.NONE
        )
        made_of = PngInfo()
        made_of.add_text(SEAL, seal)
        flat.save(out, "PNG", optimize=True, pnginfo=made_of)
    return out.getvalue()


if __name__ == "__main__":
    main()
