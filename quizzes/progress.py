"""What a student sees of the past and the future."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import numpy as np
from django.utils import timezone

from quizzes.calendar import study_day
from quizzes.memory import concepts, fsrs
from quizzes.models import Card


def mastery(student: Any, *, now: datetime | None = None) -> dict[str, concepts.Mastery]:
    """The student's mastery of each concept that published items are tagged with, by slug; one query."""
    today = study_day(student, now or timezone.now()).date
    cards = Card.objects.filter(student=student, item__published__isnull=False, item__retired_at__isnull=True)
    rows = cards.values_list("stability", "last_review_on", "item__concepts__slug")
    index: dict[str, int] = defaultdict(lambda: len(index))
    recall, concept = [], []
    for stability, last_on, slug in rows:
        if slug is None:
            continue
        elapsed = max((today - last_on).days, 0) if last_on else 0
        recall.append(np.nan if stability is None else elapsed / stability)
        concept.append(index[slug])
    ratio = np.array(recall, dtype=float)
    known = np.where(np.isnan(ratio), 0.0, fsrs.retrievability(np.nan_to_num(ratio), 1.0))
    found = concepts.mastery(known, np.array(concept, dtype=int), len(index))
    return {slug: found[position] for slug, position in index.items()}
