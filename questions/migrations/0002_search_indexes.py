"""The words of lessons and concepts, indexed where the database is PostgreSQL."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations

INDEXES = {
    "Lesson": ("lesson_words", ("title", "summary", "body_markdown")),
    "Concept": ("concept_words", ("name", "definition")),
}


def _index(name, fields):
    # As questions.text.search.search_vector has it: the index serves that expression alone.
    return GinIndex(SearchVector(*fields, config="english") + SearchVector(*fields, config="simple"), name=name)


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for model, (name, fields) in INDEXES.items():
            schema_editor.add_index(apps.get_model("questions", model), _index(name, fields))


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for model, (name, fields) in INDEXES.items():
            schema_editor.remove_index(apps.get_model("questions", model), _index(name, fields))


class Migration(migrations.Migration):
    dependencies = [("questions", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
