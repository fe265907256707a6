"""Places in a text where something else is to stand: `[[name]]`."""

import re

PLACE = re.compile(r"\[\[([a-z][a-z0-9-]*)\]\]")
