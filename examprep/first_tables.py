"""The tables of an empty database, made at once as the last migration leaves them: each in turn takes far longer.

Both ways make the same: tests compare them, on SQLite in tests/faults/test_versions.py, on PostgreSQL in
tests/deployment/test_tables.py.
"""

from django.db import migrations, router
from django.db.migrations.executor import MigrationExecutor
from django.db.transaction import atomic


def make_tables(executor: MigrationExecutor) -> bool:
    """Make all tables, and note all migrations as applied, in one transaction; whether the database was empty.

    What no model can say is done by the migrations' own operations, on the tables as they are in the end. Operations
    that only change rows are left out: their migrations call them `elidable`, as for Django's `squashmigrations`.
    """
    connection, loader = executor.connection, executor.loader
    if connection.introspection.table_names():
        return False
    state = loader.project_state()
    with connection.schema_editor() as editor, atomic(connection.alias):  # within it, so that an error is told as it is
        editor.create_model(executor.recorder.Migration)
        for model in state.apps.get_models():
            migrated = model._meta.app_label in loader.migrated_apps and model._meta.can_migrate(connection)
            if migrated and router.allow_migrate_model(connection.alias, model):
                editor.create_model(model)
        for migration, _ in executor.migration_plan(loader.graph.leaf_nodes()):
            for operation in migration.operations:
                if isinstance(operation, migrations.RunPython | migrations.RunSQL) and not operation.elidable:
                    operation.database_forwards(migration.app_label, editor, state, state)
            for app, name in migration.replaces or [(migration.app_label, migration.name)]:
                executor.recorder.record_applied(app, name)
    return True
