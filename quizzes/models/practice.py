"""What right answers practise along."""

from __future__ import annotations

from django.db import models

from questions.models import Item


class Practice(models.Model):
    """The items that a right answer practised along, each with a weight: a row for all answers of which it is true.

    It never changes; other items or weights are another one.
    """

    id = models.BigIntegerField(primary_key=True, help_text="A digest of the items and weights.")

    def __str__(self) -> str:
        return f"practice {self.pk}"


class PractisedItem(models.Model):
    """An item that is practised along: for each of its cards an implicit review, of this weight in (0, 1]."""

    # The unique pair below is its index.
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="items", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    weight = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "item"], name="an_item_once_a_practice")]

    def __str__(self) -> str:
        return f"{self.item} by {self.weight}"
