"""The audit trail: what staff change is noted as it was before and after, with who did it, when, and on which page.

Rooms name the tables that are watched (`watch`). While something is recorded (`recording`), the first save or deletion
of a watched row notes how it is; at the end it is looked at again, and what differs becomes a StaffAct. Inside of a
transaction that is stored with the change or not at all.
"""

from questions.trail.recording import acts_of, forget_person, recorded, recording, watch

__all__ = ["acts_of", "forget_person", "recorded", "recording", "watch"]
