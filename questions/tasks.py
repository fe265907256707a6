"""Background work of `questions`."""

import logging

from celery import shared_task

from questions import bank

logger = logging.getLogger(__name__)


@shared_task
def audit_published_items() -> None:
    """Draw and grade variants of everything published, and show instructors what is broken."""
    for item, report in bank.audit_published():
        bank.record_findings(item, map(str, report.problems))
        if not report.ok:
            logger.error("the variants of %s fail their audit: %s", item.slug, "; ".join(map(str, report.problems)))
