"""`python -m tests.questions.variants.portability`: the same variants under the oldest and the newest NumPy.

It makes a virtual environment for each version, prints a digest of 5,000 variants from each, also with the processor's
vector units switched off, and exits with 1 where they differ. It needs a package index, so it is no part of the tests.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
VERSIONS = ("numpy==1.26.4", "numpy==2.0.2", "numpy")
FEATURES = ("", "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL", "AVX2 FMA3")


def main() -> int:
    """Print a line for each; whether they differ."""
    digests = set()
    for version in VERSIONS:
        with tempfile.TemporaryDirectory() as folder:
            python = Path(folder) / "bin" / "python"
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", version], check=True)
            for features in FEATURES:
                done = subprocess.run(
                    [python, "-W", "ignore", "-m", "tests.questions.variants.everything"],
                    cwd=ROOT,
                    env={**os.environ, "NPY_DISABLE_CPU_FEATURES": features},
                    capture_output=True,
                    text=True,
                    check=True,
                )
                numpy, *both = done.stdout.split()
                digest = " ".join(both)
                digests.add(digest)
                print(
                    f"NumPy {numpy:8} without {features.split()[0] if features else 'nothing':8} {digest}", flush=True
                )
    return int(len(digests) > 1)


if __name__ == "__main__":
    sys.exit(main())
