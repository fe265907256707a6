"""The pictures of a course's folder, and where its texts place them."""

from __future__ import annotations

import re
from pathlib import Path

from questions.bank.problems import Problem
from questions.figures import pictures
from questions.interchange.item_files import PLACED

STAND_IN = f"picture-1x1-{'0' * 32}.svg"
"""Stands for what cannot be shown, so that nothing more is said of it than what is said of the file."""


class MediaFolder:
    """The files in media/, each by its name as the picture that it is.

    What is no picture is listed in `problems`, and in `missing` what texts place and is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.pictures: dict[str, pictures.Picture] = {}
        self.problems: list[Problem] = []
        self.missing: list[Problem] = []
        self.names: set[str] = set()
        media = folder / "media"
        for path in sorted(media.iterdir()) if media.is_dir() else []:
            if not path.name.startswith("."):
                self._read(path)

    def _read(self, path: Path) -> None:
        self.names.add(path.name)
        try:
            pictures.check_bytes(path.stat().st_size)
            self.pictures[path.name] = pictures.read(path.name, path.read_bytes())
        except (pictures.PictureError, OSError) as error:
            message = str(error) if isinstance(error, pictures.PictureError) else "This file cannot be read."
            self.problems.append(Problem(message, file=f"media/{path.name}"))

    def placed(self, text: str, file: str) -> str:
        """Return the text of a file, in which pictures stand by their addresses."""

        def place(match: re.Match[str]) -> str:
            name = match[0]
            if name not in self.names:
                line = text.count("\n", 0, match.start()) + 1
                self.missing.append(Problem(f"There is no file media/{name} in this folder.", file=file, line=line))
            picture = self.pictures.get(name)
            return picture.address if picture else STAND_IN

        return PLACED.sub(place, text)
