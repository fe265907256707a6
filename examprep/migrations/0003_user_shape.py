"""What a username looks like is stored beside it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import examprep.usernames


def store_shapes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Store the shapes of the usernames that there are."""
    people = apps.get_model("examprep", "User").objects
    for person in people.only("pk", "username").iterator():
        people.filter(pk=person.pk).update(shape=examprep.usernames.shape_of(person.username))


class Migration(migrations.Migration):
    dependencies = [("examprep", "0002_days_that_were_kept")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="shape",
            field=examprep.usernames.ShapeField(db_index=True, default="", editable=False, max_length=300),
        ),
        migrations.RunPython(store_shapes, migrations.RunPython.noop, elidable=True),
    ]
