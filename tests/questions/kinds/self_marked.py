"""Items that students mark themselves, for tests."""

from typing import Any

RECALL: dict[str, Any] = {
    "stem": "What is the *back* of this?",
    "back": "A penalty on $w^2$.",
    "explanation": "It shrinks in proportion.",
}
OPEN: dict[str, Any] = {
    "stem": "Why does dropout help?",
    "model": "Units cannot **rely** on each other; it averages many networks.",
    "points": [
        {"text": "No co-adaptation."},
        {"text": "An average of *networks*.", "marks": 2},
        {"text": "Noise.", "marks": 0.3},
    ],
    "explanation": "Each step trains another network.",
}
ABOUT = {"concepts": ["l2"], "difficulty": 2, "seconds": 20}
CARD: dict[str, Any] = {"slug": "l2-card", "kind": "recall", **ABOUT, **RECALL}
ESSAY: dict[str, Any] = {"slug": "dropout-essay", "kind": "open_response", **ABOUT, **OPEN}
