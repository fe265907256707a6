"""The folder of the embedded default: closed to others, with a secret of its own."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def secret_of(path: Path) -> str:
    """Return the secret of this data folder, made on first use; only its owner can read it."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(50))
    try:
        # link() fails where another process was first, so that all of them read one and the same secret.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()


def own_folder(path: Path) -> None:
    """Make the folder, or one that existed before, its owner's alone: answers and addresses of people lie in it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):  # somebody else's, who has let us in
        path.chmod(0o700)


def can_be_guessed(secret: str) -> bool:
    """Return whether a secret is short, a default, of few letters, or one part again and again."""
    repeats = secret in (secret + secret)[1:-1]
    return len(secret) < 32 or secret.startswith(("django-insecure", "change")) or len(set(secret)) < 8 or repeats
