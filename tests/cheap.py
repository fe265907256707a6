"""What a process of tests leaves out, since nothing that is tested depends on it and it takes a share of each page."""

from __future__ import annotations

from functools import cache

from django.apps import apps
from django.contrib.staticfiles import finders
from django.db import connection, transaction
from django.template.base import Template
from django.template.context import Context, RequestContext
from django.test import TransactionTestCase
from django.test.signals import template_rendered

MADE_WITH_THE_TABLES = {"django_content_type", "auth_permission"}
"""Tables whose rows Django makes once it has made all tables. Nothing changes them later."""


def tell_of_pages_alone() -> None:
    """Tell the test client of a page's template, and not of each of the hundreds that its fields and parts have.

    Django has the client copy the context of every one of them. Those of pages are all that tests ask for.
    """
    Template._render = _render  # type: ignore[attr-defined]


def _render(template: Template, context: Context) -> str:
    if isinstance(context, RequestContext) and context.template is template:
        template_rendered.send(sender=template, template=template, context=context)
    return template.nodelist.render(context)


def find_static_files_once() -> None:
    """Look in the folders of packages and apps only once for each static file that a live server is asked for."""
    finders.find = cache(finders.find)  # type: ignore[assignment]


def empty_written_tables_alone() -> None:
    """After a test that commits, delete the rows that there are.

    Django would empty all tables, with what it made of content types and permissions, and make these anew. On
    PostgreSQL it truncates them, for which the server makes and deletes the files of each.
    """
    TransactionTestCase._fixture_teardown = _delete_rows  # type: ignore[attr-defined]


def _delete_rows(_: TransactionTestCase) -> None:
    tables = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # rows go in any order
            cursor.execute(f"SELECT {', '.join(f'EXISTS (SELECT FROM {table})' for table in tables)}")
            [filled] = cursor.fetchall()
            tables = [table for table, is_filled in zip(tables, filled, strict=True) if is_filled]
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")


@cache
def _tables() -> list[str]:
    """Return the names of the tables that tests write, as SQL has them."""
    written = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return [connection.ops.quote_name(table) for table in sorted(written - MADE_WITH_THE_TABLES)]
