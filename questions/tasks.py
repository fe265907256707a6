"""Background work of `questions`."""

import logging

from celery import shared_task
from django.utils import timezone
from django.utils.module_loading import import_string

from questions import bank

logger = logging.getLogger(__name__)


@shared_task
def audit_published_items() -> None:
    """Audit every published item with variants, and store the defects for instructors to see. Idempotent."""
    for item, report in bank.audit_published():
        bank.record_findings(item, map(str, report.problems))
        if not report.ok:
            logger.error("the variants of %s fail their audit: %s", item.slug, "; ".join(map(str, report.problems)))


@shared_task(soft_time_limit=600, time_limit=660)
def work_on_imports() -> None:
    """Read files that were uploaded, bring in what was chosen of them, take imports back, and forget old uploads."""
    bank.forget_old_uploads(timezone.now())
    # Where a file is read: with the formats come all libraries that read files of others.
    bank.work_on_imports(import_string("questions.interchange.formats.FORMATS"))
