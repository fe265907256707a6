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
