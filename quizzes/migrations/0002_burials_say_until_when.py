"""Burials say until when, so that the fold of the log asks for no setting."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CHUNK = 1000


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each burial the end of its study day.

    A card holds the end that its last burial gave; of the earlier ones it is computed in the zone and by the hour that
    the student has now, since nothing says which they were then.
    """
    ReviewEvent = apps.get_model("quizzes", "ReviewEvent")
    burials = ReviewEvent.objects.filter(type="bury").select_related("student", "card")
    last: dict[object, int] = {}
    flags = ReviewEvent.objects.filter(type__in=["bury", "resume"], undone=False)
    for event in flags.order_by("occurred_at", "event_id").iterator(chunk_size=CHUNK):
        last[event.card_id] = event.pk
    filled = []
    for event in burials.order_by("pk").iterator(chunk_size=CHUNK):
        stored = event.card.buried_until if last.get(event.card_id) == event.pk else None
        event.buried_until = stored or _day_ends(
            event.occurred_at, event.student.time_zone, event.student.day_rollover_hour
        )
        filled.append(event)
        if len(filled) == CHUNK:
            ReviewEvent.objects.bulk_update(filled, ["buried_until"])
            filled = []
    ReviewEvent.objects.bulk_update(filled, ["buried_until"])


def _day_ends(instant: datetime, zone: str, hour: int) -> datetime:
    local = instant.astimezone(ZoneInfo(zone))
    begins = datetime.combine(local.date(), time(hour), tzinfo=ZoneInfo(zone))
    day = local.date() if instant < begins.astimezone(instant.tzinfo) else local.date() + timedelta(days=1)
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone)).astimezone(instant.tzinfo)


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0001_initial")]

    operations = [
        migrations.AddField(
            "reviewevent",
            "buried_until",
            models.DateTimeField(
                null=True, blank=True, help_text="Of a burial: the end of that study day, as the student had it then."
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
