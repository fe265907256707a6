"""Staff who had every course by Django's permissions are people of each: owners where they wrote, else observers."""

from django.db import migrations
from django.db.models import Q


def give_roles(apps, schema_editor):
    User = apps.get_model("examprep", "User")
    Course = apps.get_model("questions", "Course")
    Membership = apps.get_model("questions", "Membership")
    staff = User.objects.filter(is_staff=True, is_superuser=False)

    def with_permission(name):
        of_app = {"content_type__app_label": "questions", "codename": name}
        permissions = apps.get_model("auth", "Permission").objects.filter(**of_app)
        return staff.filter(Q(groups__permissions__in=permissions) | Q(user_permissions__in=permissions))

    writers = set(with_permission("change_item").values_list("pk", flat=True))
    readers = set(with_permission("view_item").values_list("pk", flat=True)) - writers
    Membership.objects.bulk_create(
        Membership(user_id=user, course=course, role=role)
        for course in Course.objects.order_by("pk")
        for role, users in (("owner", writers), ("observer", readers))
        for user in sorted(users)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("questions", "0010_people_of_courses"),
        ("examprep", "0006_accounts_to_erase"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(give_roles, migrations.RunPython.noop, elidable=True)]
