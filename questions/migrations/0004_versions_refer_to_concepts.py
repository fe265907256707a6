"""Published versions refer to their concepts, which may be renamed; what they were called stays beside it."""

import django.db.models.deletion
from django.db import migrations, models


def refer(apps, schema_editor):
    concepts = {concept.slug: concept.pk for concept in apps.get_model("questions", "Concept").objects.all()}
    item_tags = {}
    for tag in apps.get_model("questions", "ItemConcept").objects.order_by("position", "pk"):
        item_tags.setdefault(tag.item_id, []).append(tag.concept_id)
    VersionConcept = apps.get_model("questions", "VersionConcept")
    rows = []
    for version in apps.get_model("questions", "ItemVersion").objects.only("concepts_then", "item").iterator():
        # Where all names are gone, because the concepts were renamed since, the item's own tags tell.
        named = [concepts[slug] for slug in version.concepts_then if slug in concepts]
        for position, concept in enumerate(dict.fromkeys(named or item_tags.get(version.item_id, []))):
            rows.append(VersionConcept(version_id=version.pk, concept_id=concept, position=position))
    VersionConcept.objects.bulk_create(rows, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("questions", "0003_loaded")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField("itemversion", "concepts"),
                migrations.AddField(
                    "itemversion",
                    "concepts_then",
                    models.JSONField(
                        db_column="concepts",
                        help_text="What its concepts were called when it was published; `tags` refers to them.",
                    ),
                ),
            ]
        ),
        migrations.CreateModel(
            name="VersionConcept",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "concept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="version_tags",
                        to="questions.concept",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="questions.itemversion"
                    ),
                ),
            ],
            options={
                "ordering": ("position", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("version", "concept"), name="version_tagged_once"),
                ],
            },
        ),
        migrations.RunPython(refer, migrations.RunPython.noop, elidable=True),
    ]
