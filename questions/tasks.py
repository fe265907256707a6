"""Background work of `questions`."""

import logging

from celery import shared_task

from questions import bank

logger = logging.getLogger(__name__)


@shared_task
def audit_published_items() -> None:
    """Audit every published item with variants, and store the defects for instructors to see. Idempotent."""
    for item, report in bank.audit_published():
        bank.record_findings(item, map(str, report.problems))
        if not report.ok:
            logger.error("the variants of %s fail their audit: %s", item.slug, "; ".join(map(str, report.problems)))
