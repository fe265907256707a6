"""The group of instructors may found courses; all else its people have by their roles, which they were given before."""

from django.db import migrations


def found_courses_alone(apps, schema_editor):
    group = apps.get_model("auth", "Group").objects.filter(name="Instructors").first()
    if group is not None:
        of_courses = group.permissions.filter(content_type__app_label__in=("questions", "quizzes"))
        group.permissions.remove(*of_courses.exclude(codename="add_course"))


class Migration(migrations.Migration):
    dependencies = [
        ("examprep", "0008_teachers_of_platforms"),
        ("questions", "0011_instructors_own_courses"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(found_courses_alone, migrations.RunPython.noop, elidable=True)]
