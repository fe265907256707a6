"""Adds a column, as all migrations of the service only add."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0001_initial")]
    operations = [migrations.RunSQL("ALTER TABLE quizzes_reviewevent ADD COLUMN next_version integer NULL")]
