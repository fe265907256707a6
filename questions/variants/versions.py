"""The versions of the engine: what an item's published version was made with stays as it is, for ever."""

SIGNS = 2
"""From this engine on signs and coefficients are written as people do."""
SHAPES = 3
"""From this engine on shapes are checked as formulas are read, and variances say what they are divided by."""
EXACTNESS = 3
"""From this engine on what lies on a jump but for its rounding lies there, and what cancels leaves nothing."""
ENGINE_VERSION = 3
"""How new versions of items are drawn, computed and set."""
