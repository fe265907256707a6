"""Of names that look alike one may be made from now on; those that there are may be kept."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def mark_look_alikes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Mark those whose name looks like that of somebody who came earlier."""
    people = apps.get_model("examprep", "User").objects
    earlier = people.filter(shape=models.OuterRef("shape"), pk__lt=models.OuterRef("pk"))
    later = list(people.filter(models.Exists(earlier)).values_list("pk", flat=True))
    for begin in range(0, len(later), 500):
        people.filter(pk__in=later[begin : begin + 500]).update(looks_taken=True)


class Migration(migrations.Migration):
    dependencies = [("examprep", "0003_user_shape")]

    operations = [
        migrations.AddField("user", "looks_taken", models.BooleanField(default=False, editable=False)),
        migrations.RunPython(mark_look_alikes, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            "user",
            models.UniqueConstraint(condition=models.Q(looks_taken=False), fields=["shape"], name="one_name_a_shape"),
        ),
    ]
