from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import OuterRef, Subquery


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fold the first rating of each card that was reviewed from its log. Checkpoints are made anew as they are due."""
    apps.get_model("quizzes", "CardCheckpoint").objects.all().delete()
    log = apps.get_model("quizzes", "Review").objects.filter(
        card=OuterRef("pk"), practice=0, event__undone=False, event__superseded=False
    )
    first = log.order_by("event__occurred_at", "event__event_id").values("rating")[:1]
    cards = apps.get_model("quizzes", "Card").objects.filter(reviews__gt=0)
    cards.update(first_rating=Subquery(first))


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0032_invitations")]

    operations = [
        migrations.AddField("card", "first_rating", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddField("cardcheckpoint", "first_rating", models.PositiveSmallIntegerField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField("cardcheckpoint", "first_rating", models.PositiveSmallIntegerField()),
        migrations.AlterField(
            "itemstatistics",
            "ease",
            models.FloatField(help_text="In logits, luck aside; None: too few answers in the course.", null=True),
        ),
        migrations.AddField(
            "coursemeasuring",
            "population",
            models.JSONField(
                help_text="What its students and items have in common at first sight; None: too few answers.", null=True
            ),
        ),
    ]
