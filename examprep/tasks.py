"""Background work of the service itself."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from examprep import personal_data
from examprep.lti import keys, launching, roster, scores
from examprep.lti.models import LtiContext, LtiPlatform
from examprep.watching.tasks import forget_runs


@shared_task
def clear_sessions() -> None:
    """Delete expired sessions, the notes of where people were logged in by them, and of what workers did."""
    call_command("clearsessions")
    personal_data.forget_ended_logins()
    launching.forget_launches(timezone.now())
    forget_runs()


@shared_task
def erase_accounts() -> int:
    """Erase the accounts whose people asked for it, and warn who has not been here for long; returns how many went."""
    personal_data.warn_the_unused(timezone.now())
    return personal_data.erase_due(timezone.now())


@shared_task
def send_lti_scores() -> int:
    """Send the scores that platforms lack; returns how many arrived."""
    return scores.send_scores(timezone.now())


@shared_task
def rotate_lti_keys() -> None:
    """Make new keys where the old ones have lived their life, if there is a platform to know them."""
    if LtiPlatform.objects.exists():
        keys.rotate(timezone.now())


@shared_task(soft_time_limit=1800, time_limit=1860)
def fetch_lti_people(context: int | None = None) -> None:
    """Fetch the people of a platform's course, or of all."""
    if context is None:
        roster.fetch_all(timezone.now())
    elif named := LtiContext.objects.select_related("platform", "course").filter(pk=context).first():
        roster.fetch_or_say(named, timezone.now())
